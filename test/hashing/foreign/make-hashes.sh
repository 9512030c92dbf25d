#!/bin/sh
# Prints hashes as OpenLDAP's slappasswd makes them: README.md says with which version.
# Usage: make-hashes.sh FOLDER_OF_MODULES
show() {
  hash=$(slappasswd -o "module-path=$modules" -o "module-load=$1" -h "{$2}" -s "$password")
  printf '{"system":"OpenLDAP 2.5 %s","password":"%s","hash":"%s"}\n' "$2" "$password" "$hash"
}
show_crypt() {
  hash=$(slappasswd -h '{CRYPT}' -c "\$$1\$$2%.16s" -s "$password")
  printf '{"system":"OpenLDAP 2.5 CRYPT $%s$","password":"%s","hash":"%s"}\n' "$1" "$password" "$hash"
}
modules=$1
rounds=
for password in 'correct horse battery' "$(printf 'Übergröße ²½\302\240ﬁnal µ´')"; do
  for scheme in SSHA SSHA256 SSHA384 SSHA512; do show pw-sha2.so "$scheme"; done
  for scheme in PBKDF2 PBKDF2-SHA1 PBKDF2-SHA256 PBKDF2-SHA512; do show pw-pbkdf2.so "$scheme"; done
  show argon2.so ARGON2
  for kind in 5 6; do show_crypt "$kind" "$rounds"; done
  rounds='rounds=1000$'
done
