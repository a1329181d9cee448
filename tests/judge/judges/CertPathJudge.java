// The JDK's CertPath: PKIX validation of a chain, with the use of the leaf, and revocation lists.
//
// It reads a flat JSON object a line, whose values are texts without escapes, and answers each.

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class CertPathJudge {
    private static final Pattern FIELD = Pattern.compile("\"(\\w+)\":\"([^\"\\\\]*)\"");
    private static final String SERVER = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT = "1.3.6.1.5.5.7.3.2";

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println("{\"version\":\"" + System.getProperty("java.version") + "\"}");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Map<String, String> fields = new HashMap<>();
            for (Matcher field = FIELD.matcher(line); field.find();) {
                fields.put(field.group(1), field.group(2));
            }
            String verdict = "accepted";
            String reason = "";
            try {
                if (fields.get("kind").equals("crl")) {
                    crl(fields);
                } else {
                    chain(fields);
                }
            } catch (Exception error) {
                verdict = "rejected";
                reason = error.toString().replaceAll("[\"\\\\\\p{Cntrl}]", " ");
            }
            String id = fields.get("id");
            out.println("{\"id\":\"" + id + "\",\"verdict\":\"" + verdict + "\",\"reason\":\"" + reason + "\"}");
        }
    }

    private static void chain(Map<String, String> fields) throws Exception {
        List<X509Certificate> chain = certificates(fields);
        X509Certificate root = chain.remove(chain.size() - 1);
        X509CertSelector target = new X509CertSelector();
        target.setExtendedKeyUsage(Set.of(fields.get("purpose").equals("server") ? SERVER : CLIENT));
        // digitalSignature, which every handshake of TLS 1.3 needs.
        target.setKeyUsage(new boolean[] {true});
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(new Date(Long.parseLong(fields.get("time")) * 1000));
        parameters.setTargetCertConstraints(target);
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(chain), parameters);
    }

    private static void crl(Map<String, String> fields) throws Exception {
        List<X509Certificate> chain = certificates(fields);
        byte[] der = Base64.getDecoder().decode(fields.get("document"));
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        X509CRL crl = (X509CRL) factory.generateCRL(new ByteArrayInputStream(der));
        crl.verify(chain.get(1).getPublicKey());
        if (!crl.getIssuerX500Principal().equals(chain.get(1).getSubjectX500Principal())) {
            throw new Exception("the issuer has another name");
        }
        if (crl.isRevoked(chain.get(0)) != fields.get("revoked").equals("yes")) {
            throw new Exception("it revokes something else");
        }
    }

    private static List<X509Certificate> certificates(Map<String, String> fields) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> chain = new ArrayList<>();
        for (String text : fields.get("chain").split(" ")) {
            ByteArrayInputStream in = new ByteArrayInputStream(Base64.getDecoder().decode(text));
            chain.add((X509Certificate) factory.generateCertificate(in));
        }
        return chain;
    }
}
