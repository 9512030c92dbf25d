"""Prints hashes as Python's own libraries make them: README.md says with which versions."""

import json
from importlib.metadata import version

import argon2
import bcrypt
import passlib.hash as passlib
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from werkzeug.security import generate_password_hash

HASHERS = "Scrypt PBKDF2 PBKDF2SHA1 Argon2 BCrypt BCryptSHA256"
settings.configure(
    PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{name}PasswordHasher" for name in HASHERS.split()]
)
SCHEMES = """argon2 bcrypt bcrypt_sha256 pbkdf2_sha1 pbkdf2_sha256 pbkdf2_sha512 scrypt ldap_salted_sha1 ldap_salted_sha256
    ldap_salted_sha512 ldap_pbkdf2_sha1 ldap_pbkdf2_sha256 ldap_pbkdf2_sha512 ldap_bcrypt"""
CHEAP_ROUNDS = {"argon2": 1, "bcrypt": 4, "bcrypt_sha256": 4, "ldap_bcrypt": 4, "scrypt": 10}


def show(package, kind, password, hash):
    system = f"{package} {version(package)} {kind}".strip()
    print(json.dumps({"system": system, "password": password, "hash": hash}, ensure_ascii=False))


def django_hash(name, password, is_cheap):
    hasher = get_hasher(name)
    cost = {}
    if is_cheap:
        cost = {"iterations": 1000} if name.startswith("pbkdf2") else {"n": 1024} if name == "scrypt" else {}
        hasher.rounds, hasher.time_cost, hasher.memory_cost = 4, 1, 1024
    return hasher.encode(password, hasher.salt(), **cost)


def passlib_hash(scheme, password, is_cheap):
    maker = getattr(passlib, scheme)
    if is_cheap and "salted" not in scheme:
        more = {"memory_cost": 1024} if scheme == "argon2" else {}
        maker = maker.using(rounds=CHEAP_ROUNDS.get(scheme, 1000), **more)
    return maker.hash(password)


for password, is_cheap in (("correct horse battery", False), ("Übergröße ²½\u00a0ﬁnal µ´", True)):
    for name in "scrypt pbkdf2_sha256 pbkdf2_sha1 argon2 bcrypt bcrypt_sha256".split():
        show("django", name, password, django_hash(name, password, is_cheap))
    for method in ["scrypt:1024:8:1", "pbkdf2:sha256:1000"] if is_cheap else ["scrypt", "pbkdf2"]:
        show("werkzeug", method.split(":")[0], password, generate_password_hash(password, method))
    for method in ["pbkdf2:sha224:1000", "pbkdf2:sha384:1000"] if is_cheap else []:
        show("werkzeug", method.rsplit(":", 1)[0], password, generate_password_hash(password, method, 300))
    cost = {"time_cost": 1, "memory_cost": 1024} if is_cheap else {}
    show("argon2-cffi", "", password, argon2.PasswordHasher(**cost).hash(password))
    salt = bcrypt.gensalt(4) if is_cheap else bcrypt.gensalt()
    show("bcrypt", "of Python", password, bcrypt.hashpw(password.encode(), salt).decode())
    for scheme in SCHEMES.split():
        show("passlib", scheme, password, passlib_hash(scheme, password, is_cheap))
    if is_cheap:
        first = passlib.bcrypt_sha256.using(version=1, rounds=4)
        show("passlib", "bcrypt_sha256, first version", password, first.hash(password))
        long = passlib.pbkdf2_sha256.using(salt_size=1024, rounds=1000)
        show("passlib", "pbkdf2_sha256, long salt", password, long.hash(password))
