<?php
// Prints hashes as PHP, WordPress and Laravel make them: README.md says with which versions.
// Usage: php make-hashes.php FOLDER_OF_WORDPRESS FOLDER_OF_ILLUMINATE
[, $wordpress, $illuminate] = $argv;
require "$wordpress/wp-includes/class-phpass.php";
require "$illuminate/Contracts/Hashing/Hasher.php";
foreach (['AbstractHasher', 'BcryptHasher', 'ArgonHasher', 'Argon2IdHasher'] as $class) require "$illuminate/Hashing/$class.php";

function show($system, $password, $hash) {
    echo json_encode(compact('system', 'password', 'hash'), JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), "\n";
}

function salt() {
    return substr(strtr(base64_encode(random_bytes(16)), '+', '.'), 0, 21) . 'u';
}

$php = 'PHP ' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
foreach ([['correct horse battery', false], ["Übergröße ²½\u{a0}ﬁnal µ´", true]] as [$password, $isCheap]) {
    $bcrypt = $isCheap ? ['cost' => 4] : [];
    $argon2 = $isCheap ? ['memory_cost' => 1024, 'time_cost' => 1] : [];
    show("$php bcrypt", $password, password_hash($password, PASSWORD_BCRYPT, $bcrypt));
    show("$php argon2i", $password, password_hash($password, PASSWORD_ARGON2I, $argon2));
    show("$php argon2id", $password, password_hash($password, PASSWORD_ARGON2ID, $argon2));
    foreach (['2a', '2x', '2y'] as $kind) show("$php crypt $kind", $password, crypt($password, "\$$kind\$04\$" . salt()));
    show('WordPress 6.1.9 phpass', $password, (new PasswordHash(8, true))->HashPassword(trim($password)));
    // The line of wp_hash_password in WordPress 6.8, which Debian does not have yet.
    $given = base64_encode(hash_hmac('sha384', trim($password), 'wp-sha384', true));
    show('WordPress 6.8 bcrypt', $password, '$wp' . password_hash($given, PASSWORD_BCRYPT, $bcrypt));
    show('Laravel 8.83 bcrypt', $password, (new Illuminate\Hashing\BcryptHasher)->make($password, $isCheap ? ['rounds' => 4] : []));
    show('Laravel 8.83 argon2i', $password, (new Illuminate\Hashing\ArgonHasher)->make($password));
    show('Laravel 8.83 argon2id', $password, (new Illuminate\Hashing\Argon2IdHasher)->make($password));
}

// wp_magic_quotes adds slashes to everything that a form sends, and nothing removes them from a password again.
$typed = 'it\'s a "back\\slash"';
foreach (['a form' => addslashes($typed), 'the command line' => $typed] as $way => $password) {
    show("WordPress 6.1.9 phpass, from $way", $typed, (new PasswordHash(8, true))->HashPassword(trim($password)));
    $given = base64_encode(hash_hmac('sha384', trim($password), 'wp-sha384', true));
    show("WordPress 6.8 bcrypt, from $way", $typed, '$wp' . password_hash($given, PASSWORD_BCRYPT, ['cost' => 4]));
}
