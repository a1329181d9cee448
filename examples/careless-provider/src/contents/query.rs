//! `careless_query`: a data source.

use tf_framework::model::{Model, Query as Asked, Secret};
use tf_framework::{Context, DataSource, Outcome};

use super::Careful;

/// An answer to anything.
#[derive(Model)]
#[tf(data_source = "query")]
pub struct Query {
    /// How it is to be spoiled: the name of a sabotage.
    #[tf(optional)]
    pub sabotage: Option<String>,
    /// What is asked.
    #[tf(required)]
    pub question: String,
    /// The answer.
    #[tf(computed)]
    pub answer: String,
    /// What nobody else may know.
    #[tf(computed)]
    pub key_in_state: Secret,
}

/// The key of every query.
pub(crate) const KEY: &str = "key-of-the-query";

impl DataSource for Query {
    type Provider = Careful;

    async fn read(_: &Context<Careful>, query: Asked<Self>) -> Outcome<Self> {
        let QueryPlan { sabotage, question, answer: _, key_in_state: _ } = query;
        let answer = format!("{} letters", question.chars().count());
        Ok(Self { answer, key_in_state: Secret::from(KEY), sabotage, question })
    }
}
