//! The whole product: every profile × every kind of key × every kind of issuer's key × one to three CAs above, with
//! names of every kind, path lengths and name constraints that hold; and lists and requests beside them.

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use pki::{
    CaOptions, Certificate, CrlRequest, Csr, CsrRequest, Issuer, KeyAlgorithm, PrivateKey, Profile, Reason, Request,
    Revocation, Subject, Subtree, SubtreeLists, Validity,
};

use crate::case::{Case, Feature, Purpose, Question};
use crate::issue;
use crate::keys::{Keys, Owner};
use crate::names::{Names, SETS};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const LEAVES: [Profile; 3] = [Profile::TlsServer, Profile::TlsClient, Profile::TlsServerAndClient];

/// What CAs with name constraints may certify.
const PERMITTED_HOSTS: &[&str] = &["home.arpa", "localhost", "vault"];

/// Everything that was issued, as questions.
pub(crate) struct Product {
    /// The questions.
    pub(crate) cases: Vec<Case>,
    /// How many different certificates they hold.
    pub(crate) certificates: usize,
    /// How many revocation lists.
    pub(crate) crls: usize,
    /// How many requests.
    pub(crate) csrs: usize,
}

/// CAs, the issuing one first.
struct Authority {
    issuer: Issuer,
    /// Their kinds of keys.
    algorithms: Vec<KeyAlgorithm>,
    limits_email: bool,
    limits_hosts: bool,
    name: String,
}

/// Issues everything.
///
/// # Errors
/// If something is refused, which would be a fault of ours.
pub(crate) fn product(keys: &Keys, now: Timestamp) -> Result<Product> {
    let mut product = Product { cases: Vec::new(), certificates: 0, crls: 0, csrs: 0 };
    let mut counter = 0;
    for depth in 1..=3 {
        for (index, issuer_algorithm) in KeyAlgorithm::ALL.into_iter().enumerate() {
            let authority = Authority::new(keys, index, depth, now)?;
            product.certificates += depth;
            let mut last = None;
            for leaf_algorithm in KeyAlgorithm::ALL {
                for profile in LEAVES {
                    let id = format!("{}-{issuer_algorithm}-{leaf_algorithm}-{depth}", word(profile));
                    let leaf = Leaf { profile, algorithm: leaf_algorithm, names: counter, id };
                    let certificate = leaf.issue(keys, &authority, now)?;
                    product.cases.extend(leaf.cases(keys, &authority, &certificate)?);
                    product.certificates += 1;
                    counter += 1;
                    // Not every judge that reads lists reads limits on e-mail addresses, and some want a purpose.
                    if profile == Profile::TlsServerAndClient && leaf.set()?.email.is_empty() {
                        last = Some(certificate);
                    }
                }
            }
            let crls = crls(&authority, &last.context("no leaf")?, now)?;
            product.crls += crls.len();
            product.cases.extend(crls);
        }
    }
    let csrs = csrs(keys)?;
    product.csrs = csrs.len();
    product.cases.extend(csrs);
    Ok(product)
}

impl Authority {
    /// So many CAs, of which the issuing one has the kind of key with this index, and each above it the next kind.
    fn new(keys: &Keys, index: usize, depth: usize, now: Timestamp) -> Result<Self> {
        let algorithm = |height: usize| {
            let kinds = KeyAlgorithm::ALL;
            kinds.get((index + height) % kinds.len()).copied().context("there is no such kind of key")
        };
        let algorithms: Vec<_> = (0..depth).map(algorithm).collect::<Result<_>>()?;
        let name = format!("{}-{depth}", algorithm(0)?);
        let mut chain: Vec<Certificate> = Vec::new();
        let mut issuer: Option<Issuer> = None;
        for (height, owner) in (0..depth).rev().zip([Owner::Root, Owner::Upper, Owner::Lower]) {
            // With and without a limit, and with every possible distance between the limit and what is needed.
            let path_length = (index.is_multiple_of(2)).then_some(u8::try_from(height)?);
            let options = CaOptions { path_length, digital_signature: !index.is_multiple_of(3) };
            let (profile, years) = match issuer {
                None => (Profile::RootCa(options), 10),
                Some(_) => (Profile::IntermediateCa(options), 5),
            };
            let mut request = Request::new(profile, Validity::starting(now, DAY, DAY * 365 * years)?);
            request.subject = subject(&format!("CA {height} of {name}"), index);
            if issuer.is_some() {
                request.crl_urls = vec!["http://pki.home.arpa/ca.crl".to_owned()];
            }
            if (index + height) % 2 == 1 {
                (request.permitted, request.excluded) = constraints(index.is_multiple_of(3));
            }
            let key = keys.get(algorithm(height)?, owner)?;
            let certificate = issue::certificate(request, &key, issuer.as_ref(), now)?;
            chain.insert(0, certificate);
            issuer = Some(Issuer::new(chain.clone(), key)?);
        }
        let permitted = |ca: &Certificate| ca.name_constraints().map(|all| all.permitted.clone()).unwrap_or_default();
        let permitted: Vec<_> = chain.iter().flat_map(permitted).collect();
        Ok(Self {
            issuer: issuer.context("no CA")?,
            algorithms,
            limits_email: permitted.iter().any(|subtree| matches!(subtree, Subtree::Email(_))),
            limits_hosts: permitted.iter().any(|subtree| matches!(subtree, Subtree::Dns(_))),
            name,
        })
    }

    fn chain(&self, leaf: &Certificate) -> Vec<Vec<u8>> {
        std::iter::once(leaf).chain(self.issuer.chain()).map(|certificate| certificate.as_der().to_vec()).collect()
    }
}

/// A server or client that is to be certified.
struct Leaf {
    profile: Profile,
    algorithm: KeyAlgorithm,
    names: usize,
    id: String,
}

impl Leaf {
    fn set(&self) -> Result<&'static Names> {
        let sets: Vec<_> = SETS.iter().filter(|set| self.profile != Profile::TlsClient || set.client).collect();
        let sets: Vec<_> = sets.into_iter().filter(|set| self.profile == Profile::TlsClient || set.server).collect();
        sets.get(self.names % sets.len()).copied().context("no names")
    }

    /// Every fifth by way of a request.
    fn issue(&self, keys: &Keys, authority: &Authority, now: Timestamp) -> Result<Certificate> {
        let names = self.set()?;
        let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let subject = if names.subject { subject(&self.id, self.names) } else { Subject::default() };
        let validity = Validity::starting(now, DAY, DAY * 365)?;
        let key = keys.get(self.algorithm, Owner::Leaf)?;
        if self.names.is_multiple_of(5) {
            let request = CsrRequest {
                profile: Some(self.profile),
                subject,
                dns_names: owned(names.dns),
                ip_addresses: owned(names.ip),
                uris: owned(names.uris),
                email_addresses: owned(names.email),
            };
            let csr = issue::csr(request, &key)?;
            return issue::from_csr(&csr, self.profile, validity, &authority.issuer, now);
        }
        let request = Request {
            subject,
            dns_names: owned(names.dns),
            ip_addresses: owned(names.ip),
            uris: owned(names.uris),
            email_addresses: owned(names.email),
            crl_urls: owned(&["http://pki.home.arpa/issuing.crl"]),
            ..Request::new(self.profile, validity)
        };
        issue::certificate(request, &key, Some(&authority.issuer), now)
    }

    /// One question for each use.
    fn cases(&self, keys: &Keys, authority: &Authority, certificate: &Certificate) -> Result<Vec<Case>> {
        let names = self.set()?;
        let mut features = Vec::new();
        if authority.algorithms.contains(&KeyAlgorithm::Ed25519) || self.algorithm == KeyAlgorithm::Ed25519 {
            features.push(Feature::Ed25519);
        }
        if authority.limits_email && !names.email.is_empty() {
            features.push(Feature::EmailConstraint);
        }
        if certificate.names().is_empty() {
            features.push(Feature::NoAlternativeName);
        }
        if authority.limits_hosts && names.subject && names.dns.is_empty() && names.ip.is_empty() {
            features.push(Feature::CommonNameConstraint);
        }
        let purposes: &[Purpose] = match self.profile {
            Profile::TlsServer => &[Purpose::Server],
            Profile::TlsClient => &[Purpose::Client],
            _ => &[Purpose::Server, Purpose::Client],
        };
        let case = |purpose: &Purpose| {
            let name = match purpose {
                Purpose::Server => *names.asked.get(self.names / SETS.len() % names.asked.len()).context("no name")?,
                Purpose::Client => "",
            };
            let dns = names.dns.iter().chain(PERMITTED_HOSTS);
            let question = Question::Chain {
                purpose: *purpose,
                name: name.to_owned(),
                key: keys.pkcs8(self.algorithm, Owner::Leaf)?.to_vec(),
                allowed_names: dns
                    .filter(|name| is_unusual(name))
                    .chain(names.uris)
                    .map(|name| (*name).to_owned())
                    .collect(),
            };
            let id = format!("{}-as-{}", self.id, purpose.as_str());
            Ok(Case { id, question, chain: authority.chain(certificate), features: features.clone() })
        };
        purposes.iter().map(case).collect()
    }
}

/// Two lists of a CA: an empty one, and one with this certificate on it.
fn crls(authority: &Authority, certificate: &Certificate, now: Timestamp) -> Result<Vec<Case>> {
    let with = |revoked: bool| {
        let entry = Revocation { serial: certificate.serial().clone(), revoked_at: now, reason: Reason::Superseded };
        let request = CrlRequest {
            validity: Validity::starting(now, SignedDuration::ZERO, DAY * 30)?,
            number: if revoked { 0x80 } else { 1 },
            revocations: revoked.then_some(entry).into_iter().collect(),
        };
        let crl = issue::crl(&request, &authority.issuer, now)?;
        Ok(Case {
            id: format!("crl-{}-{}", authority.name, if revoked { "revoked" } else { "empty" }),
            question: Question::Crl { der: crl.as_der().to_vec(), revoked },
            chain: authority.chain(certificate),
            features: Vec::new(),
        })
    };
    [false, true].into_iter().map(with).collect()
}

/// A request for each kind of key and each profile, and one without.
fn csrs(keys: &Keys) -> Result<Vec<Case>> {
    let ca = Profile::IntermediateCa(CaOptions::default());
    let profiles = [None, Some(ca)].into_iter().chain(LEAVES.map(Some));
    let wanted = profiles.flat_map(|profile| KeyAlgorithm::ALL.map(|algorithm| (profile, algorithm)));
    let make = |(profile, algorithm): (Option<Profile>, KeyAlgorithm)| {
        let mut request = CsrRequest { profile, subject: subject("request", 1), ..CsrRequest::default() };
        if profile.is_some_and(|profile| !profile.is_ca()) {
            request.dns_names = vec!["vault.home.arpa".to_owned(), "bücher.home.arpa".to_owned()];
            request.ip_addresses = vec!["10.1.2.3".to_owned(), "fd00::1".to_owned()];
            request.uris = vec!["spiffe://home.arpa/vault".to_owned()];
            request.email_addresses = vec!["operator@home.arpa".to_owned()];
        }
        let key: PrivateKey = keys.get(algorithm, Owner::Leaf)?;
        let csr: Csr = issue::csr(request, &key)?;
        let id = format!("csr-{}-{algorithm}", profile.map_or("bare", word));
        Ok(Case { id, question: Question::Csr { der: csr.as_der().to_vec() }, chain: Vec::new(), features: Vec::new() })
    };
    wanted.map(make).collect()
}

/// Limits within which all names of [`SETS`] lie. Of e-mail addresses only in some, since not every verifier reads
/// them.
fn constraints(email: bool) -> (SubtreeLists, SubtreeLists) {
    let owned = |list: &[&str]| list.iter().map(|base| (*base).to_owned()).collect::<Vec<_>>();
    let permitted = SubtreeLists {
        dns: owned(PERMITTED_HOSTS),
        ip: owned(&["127.0.0.0/8", "10.0.0.0/8", "::1", "fd00::/8"]),
        email: if email { owned(&["home.arpa"]) } else { Vec::new() },
    };
    let excluded = SubtreeLists {
        dns: owned(&["guests.home.arpa"]),
        ip: owned(&["10.66.0.0/16"]),
        email: if email { owned(&["nobody@home.arpa"]) } else { Vec::new() },
    };
    (permitted, excluded)
}

/// Few and many parts, in ASCII and beyond.
fn subject(common_name: &str, variant: usize) -> Subject {
    let mut subject = Subject::common_name(common_name);
    if variant.is_multiple_of(2) {
        subject.organization = vec!["Küche & Söhne".to_owned()];
    }
    if variant.is_multiple_of(3) {
        subject.country = Some("DE".to_owned());
        subject.organizational_unit = vec!["a".to_owned(), "b".to_owned()];
    }
    if variant.is_multiple_of(4) {
        subject.domain_components = vec!["arpa".to_owned(), "home".to_owned()];
    }
    subject
}

/// RFC 5280 refers to a syntax of names that knows neither stars nor names without a dot (RFC 1034 §3.5 allows the latter,
/// but linters don't expect them); RFC 6125 and every client know both.
fn is_unusual(name: &str) -> bool {
    !name.contains('.') || name.starts_with("*.")
}

fn word(profile: Profile) -> &'static str {
    match profile {
        Profile::RootCa(_) => "root",
        Profile::IntermediateCa(_) => "intermediate",
        Profile::TlsServer => "server",
        Profile::TlsClient => "client",
        Profile::TlsServerAndClient => "both",
    }
}
