//! What the user is told, as a message.

use plugin_proto::tfplugin6;

use super::path;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};

/// All of it, in its order.
pub(crate) fn encode(diagnostics: Diagnostics) -> Vec<tfplugin6::Diagnostic> {
    diagnostics.into_iter().map(|diagnostic| message(&diagnostic)).collect()
}

fn message(diagnostic: &Diagnostic) -> tfplugin6::Diagnostic {
    let severity = match diagnostic.severity() {
        Severity::Error => tfplugin6::diagnostic::Severity::Error,
        Severity::Warning => tfplugin6::diagnostic::Severity::Warning,
    };
    tfplugin6::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary().to_owned(),
        detail: diagnostic.detail_text().to_owned(),
        // Without a path core shows the whole block.
        attribute: (!diagnostic.path().is_root()).then(|| path::encode(diagnostic.path())),
    }
}

#[cfg(test)]
mod tests {
    use tf_value::Path;

    use super::*;

    #[test]
    fn every_part_is_there() {
        let told =
            [Diagnostic::error("Bad").detail("Because.").at(Path::root().attribute("name")), Diagnostic::warning("Hm")];
        let messages = encode(told.into_iter().collect());
        assert_eq!(
            (messages[0].severity(), messages[1].severity()),
            (tfplugin6::diagnostic::Severity::Error, tfplugin6::diagnostic::Severity::Warning)
        );
        assert_eq!((messages[0].summary.as_str(), messages[0].detail.as_str()), ("Bad", "Because."));
        assert_eq!(messages[0].attribute, Some(path::encode(&Path::root().attribute("name"))));
        assert_eq!(messages[1].attribute, None);
    }
}
