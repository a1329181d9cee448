//! What a user reads in the documentation is written here.

use tf_framework::model::Model;

#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    #[tf(required)]
    text: String,
}

fn main() {}
