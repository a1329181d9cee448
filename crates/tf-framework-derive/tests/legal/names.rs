//! Names of the author's own mean what they mean outside.

use tf_framework::model::Model;

/// Bears the name of something that derived code uses.
#[derive(Model)]
#[tf(object)]
pub(crate) struct Rule {
    /// Bears the name of a local variable.
    #[tf(optional, default = members(), validate(attribute))]
    members: String,
    /// Bears the name of another.
    #[tf(optional, default = Self::PLANNED)]
    plan: i64,
    /// A key word.
    #[tf(required)]
    r#self_: bool,
}

impl Rule {
    const PLANNED: i64 = 1;
}

/// Bears the names of types of the prelude.
#[derive(Model)]
#[tf(resource = "option")]
pub(crate) struct Option {
    /// A name that many have.
    #[tf(required, identity)]
    value: Vec,
}

type Vec = String;

/// Bears the name of another.
pub(crate) struct Result;

/// Bears the name of another.
pub(crate) struct String2;

fn members() -> String {
    String::new()
}

fn attribute(_: &str) -> std::result::Result<(), String> {
    Ok(())
}

/// Within a function there is nothing that could be named from outside.
pub(crate) fn local() {
    /// Local.
    #[derive(Model)]
    #[tf(object)]
    struct Local {
        /// A default.
        #[tf(optional, default = 1)]
        number: i64,
    }
    let _ = Local { number: 1 };
}
