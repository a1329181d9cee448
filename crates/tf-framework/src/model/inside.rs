//! What is inside of a type that has no place everywhere.

/// What the structs in a type hold that not everything can hold. Derived code refuses by it what can't work.
///
/// Types that are written by hand have nothing of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// Nested blocks, so that it can't be an attribute.
    pub blocks: bool,
    /// Something that the provider computes.
    pub computed: bool,
    /// Something directly in it that only the user sets.
    pub configured: bool,
    /// What only the plan of a resource makes sense of, such as a default.
    pub planned: bool,
    /// What may not be known yet, so that only a provider block can have it.
    pub settings: bool,
    /// Write-only attributes.
    pub write_only: bool,
    /// Write-only attributes in a set.
    pub write_only_in_set: bool,
}

impl Inside {
    /// Nothing of it.
    pub const NOTHING: Self = Self {
        blocks: false,
        computed: false,
        configured: false,
        planned: false,
        settings: false,
        write_only: false,
        write_only_in_set: false,
    };

    /// What a struct holds: this itself, and what its fields hold.
    #[must_use]
    pub const fn with(mut self, fields: &[Self]) -> Self {
        let mut rest = fields;
        while let [field, others @ ..] = rest {
            self.computed |= field.computed;
            self.planned |= field.planned;
            self.settings |= field.settings;
            self.write_only |= field.write_only;
            self.write_only_in_set |= field.write_only_in_set;
            rest = others;
        }
        self
    }

    /// The same as elements of a set.
    #[must_use]
    pub const fn in_set(mut self) -> Self {
        self.write_only_in_set |= self.write_only;
        self
    }

    /// The same, where it may not be known yet.
    #[must_use]
    pub const fn unknown(mut self) -> Self {
        self.settings = true;
        self
    }

    /// The same, where it is not stored.
    #[must_use]
    pub const fn unstored(mut self) -> Self {
        self.write_only = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Inside;

    #[test]
    fn a_struct_holds_what_its_fields_hold() {
        let own = Inside { blocks: true, configured: true, ..Inside::NOTHING };
        let fields = [
            Inside { blocks: true, configured: true, ..Inside::NOTHING },
            Inside { planned: true, computed: true, ..Inside::NOTHING },
            Inside::NOTHING.unstored(),
            Inside::NOTHING.unknown(),
        ];
        let all = own.with(&fields);
        let expected = Inside {
            blocks: true,
            configured: true,
            planned: true,
            computed: true,
            settings: true,
            write_only: true,
            write_only_in_set: false,
        };
        assert_eq!(all, expected);
        assert!(all.in_set().write_only_in_set);
        assert_eq!(Inside::NOTHING.with(&fields[..1]), Inside::NOTHING, "blocks and who sets what stay where they are");
        assert_eq!(Inside::NOTHING.in_set(), Inside::NOTHING);
    }
}
