# Prints hashes as Ruby on Rails, Devise and Discourse make them: README.md says with which versions.
# Usage: ruby make-hashes.rb FOLDER_OF_DEVISE FOLDER_OF_DISCOURSE
require 'active_support/all'
require 'active_model'
require 'bcrypt'
require 'json'
require 'securerandom'
devise, discourse = ARGV

module Devise; end
load "#{devise}/lib/devise/encryptor.rb"
module Xorcist
  def self.xor!(one, other) = other.bytes.each_with_index { |byte, at| one.setbyte(at, one.getbyte(at) ^ byte) }
end
$LOADED_FEATURES << 'xorcist.rb'
load "#{discourse}/lib/pbkdf2.rb"
load "#{discourse}/lib/password_hasher.rb"

Stretched = Struct.new(:pepper, :stretches)
class Rails6User
  include ActiveModel::SecurePassword
  attr_accessor :password_digest
  has_secure_password validations: false
end
def show(system, password, more) = puts({ system:, password: }.merge(more).to_json)

[['correct horse battery', false], ["Übergröße ²½\u00a0ﬁnal µ´", true]].each do |password, is_cheap|
  show 'Devise 4.8.1', password, hash: Devise::Encryptor.digest(Stretched.new(nil, is_cheap ? 4 : 12), password)
  ActiveModel::SecurePassword.min_cost = is_cheap
  user = Rails6User.new
  user.password = password
  show 'Rails 6.1 has_secure_password', password, hash: user.password_digest
  (is_cheap ? [1000] : [64_000, 600_000]).each do |rounds|
    algorithm = "$pbkdf2-sha256$i=#{rounds},l=32$"
    salt = SecureRandom.hex(16)
    hash = PasswordHasher.hash_password(password:, salt:, algorithm:)
    show 'Discourse', password, row: { password_hash: hash, salt:, password_algorithm: algorithm }
  end
end
