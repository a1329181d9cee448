//! The subject of a certificate, as a configuration writes it.

use pki::Subject;
use tf_framework::model::Model;

/// The distinguished name of a subject. What is not set is left out of it.
#[derive(Clone, Debug, Default, Model, PartialEq, Eq)]
#[tf(object)]
pub struct SubjectSettings {
    /// The name (CN), at most 64 characters. Today's clients don't take it for a host name: list that among the DNS
    /// names.
    #[tf(optional)]
    pub common_name: Option<String>,
    /// Organizations (O), in order.
    #[tf(optional)]
    pub organization: Option<Vec<String>>,
    /// Units within the organization (OU), in order.
    #[tf(optional)]
    pub organizational_unit: Option<Vec<String>>,
    /// The country (C): two capital letters, as ISO 3166 has them.
    #[tf(optional)]
    pub country: Option<String>,
    /// The state or province (ST).
    #[tf(optional)]
    pub province: Option<String>,
    /// The town (L).
    #[tf(optional)]
    pub locality: Option<String>,
    /// Lines of the address (STREET), in order.
    #[tf(optional)]
    pub street_address: Option<Vec<String>>,
    /// The postal code.
    #[tf(optional)]
    pub postal_code: Option<String>,
    /// Domain components (DC), the top level first: `["arpa", "home"]`.
    #[tf(optional)]
    pub domain_components: Option<Vec<String>>,
    /// The serial number of a person or device; not that of the certificate, which is random.
    #[tf(optional)]
    pub serial_number: Option<String>,
    /// An e-mail address.
    #[tf(optional)]
    pub email_address: Option<String>,
}

impl SubjectSettings {
    /// As `pki` takes it.
    pub fn to_pki(&self) -> Subject {
        let Self {
            common_name,
            organization,
            organizational_unit,
            country,
            province,
            locality,
            street_address,
            postal_code,
            domain_components,
            serial_number,
            email_address,
        } = self.clone();
        Subject {
            common_name,
            organization: organization.unwrap_or_default(),
            organizational_unit: organizational_unit.unwrap_or_default(),
            country,
            province,
            locality,
            street_address: street_address.unwrap_or_default(),
            postal_code,
            domain_components: domain_components.unwrap_or_default(),
            serial_number,
            email_address,
        }
    }

    /// The parts of a name that was found in a certificate. What has no part here is left out, which shows as a
    /// difference between the name that these parts make and the one that was found.
    pub fn found(name: &pki::DistinguishedName) -> Self {
        let mut found = Self::default();
        let list = |list: &mut Option<Vec<String>>, text: String| list.get_or_insert_default().push(text);
        for (oid, text) in name.attributes() {
            let Some(text) = text else { continue };
            match oid.to_string().as_str() {
                "2.5.4.3" => found.common_name = Some(text),
                "2.5.4.5" => found.serial_number = Some(text),
                "2.5.4.6" => found.country = Some(text),
                "2.5.4.7" => found.locality = Some(text),
                "2.5.4.8" => found.province = Some(text),
                "2.5.4.9" => list(&mut found.street_address, text),
                "2.5.4.10" => list(&mut found.organization, text),
                "2.5.4.11" => list(&mut found.organizational_unit, text),
                "2.5.4.17" => found.postal_code = Some(text),
                "0.9.2342.19200300.100.1.25" => list(&mut found.domain_components, text),
                "1.2.840.113549.1.9.1" => found.email_address = Some(text),
                _ => {}
            }
        }
        found
    }
}

impl From<SubjectSettingsPlan> for SubjectSettings {
    fn from(plan: SubjectSettingsPlan) -> Self {
        let SubjectSettingsPlan {
            common_name,
            organization,
            organizational_unit,
            country,
            province,
            locality,
            street_address,
            postal_code,
            domain_components,
            serial_number,
            email_address,
        } = plan;
        Self {
            common_name,
            organization,
            organizational_unit,
            country,
            province,
            locality,
            street_address,
            postal_code,
            domain_components,
            serial_number,
            email_address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_goes_into_the_name_and_is_found_there() {
        let text = |text: &str| Some(text.to_owned());
        let list = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
        let settings = SubjectSettings {
            common_name: text("vault"),
            organization: list(&["One", "Two"]),
            organizational_unit: list(&["Infrastructure Services"]),
            country: text("DE"),
            province: text("Hessen"),
            locality: text("Darmstadt"),
            street_address: list(&["First floor", "Main street 1"]),
            postal_code: text("64283"),
            domain_components: list(&["arpa", "home"]),
            serial_number: text("17"),
            email_address: text("root@home.arpa"),
        };
        let now = "2026-11-30T12:00:00Z".parse().unwrap();
        let day = jiff::SignedDuration::from_hours(24);
        let validity = pki::Validity::starting(now, day, day).unwrap();
        let mut request = pki::Request::new(pki::Profile::RootCa(pki::CaOptions::default()), validity);
        request.subject = settings.to_pki();
        let key = pki::PrivateKey::generate(pki::KeyAlgorithm::Ed25519).unwrap();
        let unsigned = request.validate().unwrap().for_key(key.public_key(), &mut pki::SystemRandom).unwrap();
        let certificate = unsigned.self_signed(&key).unwrap();
        assert_eq!(SubjectSettings::found(certificate.subject()), settings);
    }
}
