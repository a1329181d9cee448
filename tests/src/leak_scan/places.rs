//! Everything that a run has left behind, each looked through once for each secret.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use ::leak_scan::{Hit, Scan, Scanner, Secret, Surface};
use anyhow::{Context as _, Result, bail};

/// The places of a scenario.
#[derive(Default)]
pub(super) struct Places {
    all: Vec<Place>,
    /// What was added already; the same variables are in the environment of every process.
    known: HashSet<u64>,
    /// Project, kind and label of the controls that were seen.
    controls: BTreeSet<(PathBuf, Surface, String)>,
    bytes: u64,
}

/// One of them.
pub(super) struct Place {
    pub(super) surface: Surface,
    /// What failures call it.
    pub(super) name: String,
    pub(super) content: Content,
    /// The project that it belongs to.
    pub(super) project: PathBuf,
    /// Whether it can only be ours if one of our secrets is in it.
    pub(super) is_foreign: bool,
    /// How many of the secrets were looked for.
    searched: Option<usize>,
}

/// What is in it.
#[derive(Hash)]
pub(super) enum Content {
    /// A file that stays as it is.
    File(PathBuf),
    Bytes(Vec<u8>),
}

/// What is looked for.
pub(super) struct Search<'a> {
    pub(super) secrets: &'a [Secret],
    pub(super) planted: &'a [Secret],
    pub(super) among: Among<'a>,
}

/// Which places are looked through. Secrets are learnt all the time, and the old places are many.
#[derive(Clone, Copy)]
pub(super) enum Among<'a> {
    /// Those that were never looked through.
    New,
    /// Those too in which secrets of a later time were not looked for, if they are of this project.
    OfProject(&'a Path),
    /// All of them.
    All,
}

impl Among<'_> {
    fn has(self, place: &Place) -> bool {
        match self {
            Self::New => place.searched.is_none(),
            Self::OfProject(project) => place.searched.is_none() || place.project == project,
            Self::All => true,
        }
    }
}

impl Place {
    pub(super) fn new(surface: Surface, name: impl Into<String>, content: Content, project: &Path) -> Self {
        let of = project.file_name().map(|of| format!("{}/", of.display())).unwrap_or_default();
        let (name, project) = (format!("{of}{}", name.into()), project.to_owned());
        Self { surface, name, content, project, is_foreign: false, searched: None }
    }

    pub(super) fn read(&self) -> Result<Vec<u8>> {
        match &self.content {
            Content::Bytes(bytes) => Ok(bytes.clone()),
            Content::File(path) => fs::read(path).with_context(|| format!("reading {}", path.display())),
        }
    }

    fn size(&self) -> u64 {
        match &self.content {
            Content::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or_default(),
            Content::File(path) => fs::metadata(path).map_or(0, |about| about.len()),
        }
    }
}

impl Places {
    /// Takes note of a place, once.
    pub(super) fn add(&mut self, place: Place) {
        let mut hasher = DefaultHasher::new();
        (place.surface as u8, &place.name, &place.content, &place.project).hash(&mut hasher);
        if self.known.insert(hasher.finish()) {
            self.all.push(place);
        }
    }

    /// Files outside of all folders of ours.
    pub(super) fn add_leftovers(&mut self, files: Vec<PathBuf>) {
        for path in files {
            let name = path.display().to_string();
            let place = Place::new(Surface::Temporary, name, Content::File(path), Path::new(""));
            self.add(Place { is_foreign: true, ..place });
        }
    }

    /// Looks through every place for the secrets that were not looked for in it before. `judge` gets each finding, and
    /// returns the label if it was a control.
    pub(super) fn search(
        &mut self,
        search: &Search<'_>,
        mut judge: impl FnMut(Surface, &str, &Hit, &Scanner) -> Option<String>,
    ) -> Result<()> {
        let count = search.secrets.len();
        let mut scanners: BTreeMap<Option<usize>, Scanner> = BTreeMap::new();
        for place in self.all.iter_mut().filter(|place| place.searched != Some(count) && search.among.has(place)) {
            let scanner = scanners.entry(place.searched).or_insert_with(|| match place.searched {
                Some(from) => Scanner::new(search.secrets.get(from..).unwrap_or_default(), false),
                None => Scanner::new(&[search.secrets, search.planted].concat(), true),
            });
            let bytes = match place.read() {
                // Somebody else's, who has removed it by now.
                Err(_) if place.is_foreign => Vec::new(),
                read => read?,
            };
            // The name of a file tells something, too.
            let Scan { hits, gaps, .. } = scanner.scan(&bytes);
            let hits = hits.into_iter().chain(scanner.scan(place.name.as_bytes()).hits);
            if place.searched.is_none() {
                self.bytes += u64::try_from(bytes.len()).unwrap_or_default();
            }
            if !gaps.is_empty() && !place.is_foreign {
                bail!("the leak scan is blind in {}: {}", scanner.redacted(&place.name), gaps.join(", "));
            }
            for hit in hits {
                if place.is_foreign && matches!(hit.what, ::leak_scan::What::Pattern(_)) {
                    continue;
                }
                if let Some(control) = judge(place.surface, &place.name, &hit, scanner) {
                    self.controls.insert((place.project.clone(), place.surface, control));
                }
            }
            place.searched = Some(count);
        }
        Ok(())
    }

    /// Whether a control was seen in this kind of place of a project.
    pub(super) fn has_shown(&self, project: &Path, surface: Surface, control: &str) -> bool {
        self.controls.contains(&(project.to_owned(), surface, control.to_owned()))
    }

    /// How many controls were seen in real places.
    pub(super) fn shown(&self) -> usize {
        self.controls.len()
    }

    /// Whether a project has left anything in this kind of place.
    pub(super) fn has(&self, project: &Path, surface: Surface) -> bool {
        self.all.iter().any(|place| place.surface == surface && place.project == project)
    }

    /// The smallest place of each kind that is not empty.
    pub(super) fn smallest(&self) -> BTreeMap<Surface, &Place> {
        let mut smallest: BTreeMap<Surface, (u64, &Place)> = BTreeMap::new();
        for place in self.all.iter().filter(|place| !place.is_foreign) {
            let size = place.size();
            let so_far = smallest.get(&place.surface).map(|(size, _)| *size);
            if size > 0 && so_far.is_none_or(|so_far| size < so_far) {
                smallest.insert(place.surface, (size, place));
            }
        }
        smallest.into_iter().map(|(surface, (_, place))| (surface, place)).collect()
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn surfaces(&self) -> BTreeSet<Surface> {
        self.all.iter().map(|place| place.surface).collect()
    }
}
