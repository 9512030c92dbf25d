// Prints hashes as Spring Security and Keycloak make them: README.md says with which versions.

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.keycloak.common.crypto.CryptoIntegration;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.Pbkdf2PasswordHashProvider;
import org.keycloak.crypto.hash.Argon2PasswordHashProvider;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.LdapShaPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.crypto.password.Pbkdf2PasswordEncoder;
import org.springframework.security.crypto.password.StandardPasswordEncoder;
import org.springframework.security.crypto.scrypt.SCryptPasswordEncoder;

public class MakeHashes {
    static final ObjectMapper json = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        CryptoIntegration.init(MakeHashes.class.getClassLoader());
        for (boolean isCheap : List.of(false, true)) {
            String password = isCheap ? "Übergröße ²½\u00a0ﬁnal µ´" : "correct horse battery";
            for (var one : spring(isCheap).entrySet())
                show("Spring Security 7.1.2 " + one.getKey(), password, "hash", "{" + one.getKey() + "}" + one.getValue().encode(password));
            for (var one : keycloak(isCheap).entrySet()) {
                var made = one.getValue().encodedCredential(password, -1);
                var credential = Map.of("type", "password", "secretData", made.getSecretData(), "credentialData", made.getCredentialData());
                show("Keycloak 26.4.5 " + one.getKey(), password, "credential", credential);
            }
        }
    }

    @SuppressWarnings("deprecation")
    static Map<String, PasswordEncoder> spring(boolean isCheap) {
        Map<String, PasswordEncoder> all = new LinkedHashMap<>();
        all.put("bcrypt", isCheap ? new BCryptPasswordEncoder(4) : new BCryptPasswordEncoder());
        all.put("ldap", new LdapShaPasswordEncoder());
        all.put("sha256", new StandardPasswordEncoder());
        all.put("pbkdf2", Pbkdf2PasswordEncoder.defaultsForSpringSecurity_v5_5());
        all.put("pbkdf2@SpringSecurity_v5_8", Pbkdf2PasswordEncoder.defaultsForSpringSecurity_v5_8());
        all.put("scrypt", isCheap ? new SCryptPasswordEncoder(1024, 8, 1, 32, 64) : SCryptPasswordEncoder.defaultsForSpringSecurity_v4_1());
        all.put("scrypt@SpringSecurity_v5_8", SCryptPasswordEncoder.defaultsForSpringSecurity_v5_8());
        all.put("argon2", Argon2PasswordEncoder.defaultsForSpringSecurity_v5_2());
        all.put("argon2@SpringSecurity_v5_8", Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8());
        return all;
    }

    static Map<String, PasswordHashProvider> keycloak(boolean isCheap) {
        Map<String, PasswordHashProvider> all = new LinkedHashMap<>();
        all.put("pbkdf2", new Pbkdf2PasswordHashProvider("pbkdf2", "PBKDF2WithHmacSHA1", isCheap ? 1000 : 1_300_000, 0));
        all.put("pbkdf2-sha256", new Pbkdf2PasswordHashProvider("pbkdf2-sha256", "PBKDF2WithHmacSHA256", isCheap ? 1000 : 600_000, 0));
        all.put("pbkdf2-sha512", new Pbkdf2PasswordHashProvider("pbkdf2-sha512", "PBKDF2WithHmacSHA512", isCheap ? 1000 : 210_000, 0));
        all.put("argon2", new Argon2PasswordHashProvider("1.3", "id", 32, 7168, 5, 1, new Semaphore(1)));
        return all;
    }

    static void show(String system, String password, String kind, Object made) throws Exception {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("system", system);
        line.put("password", password);
        line.put(kind, made);
        System.out.println(json.writeValueAsString(line));
    }
}
