//! The packed forms of one template. Each is for all callers whose values are as long (a *shape*): it is made when a
//! shape is asked for a second time, and kept while there is room.

use crate::body::packed::Packed;
use crate::body::splice::{Fillings, Template};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Most shapes that are remembered of one template.
const MOST: usize = 64;

/// Packing takes a processor for a while: one at a time in the process, and who finds it taken asks again.
static TURN: Semaphore = Semaphore::const_new(1);

/// The packed forms of a template.
#[derive(Default)]
pub(crate) struct Shapes {
    /// What was asked for last comes last.
    kept: Mutex<Vec<Shape>>,
}

struct Shape {
    lengths: Vec<usize>,
    state: State,
}

enum State {
    /// Asked for once.
    Asked,
    /// It is being made, or cannot be made.
    Unpacked,
    Packed(Arc<Packed>),
}

impl Shape {
    fn weight(&self) -> usize {
        let packed = if let State::Packed(packed) = &self.state { packed.weight() } else { 0 };
        size_of_val(self.lengths.as_slice()) + packed
    }
}

/// The right to pack one template for one shape.
pub(crate) struct Wanted {
    lengths: Vec<usize>,
    _turn: SemaphorePermit<'static>,
}

impl Shapes {
    /// How many bytes the forms of a template may take: as many as its text.
    pub(crate) fn room(template: &Template) -> usize {
        template.weight()
    }

    /// The form for these values, if it is there.
    pub(crate) fn get(&self, fillings: &Fillings) -> Option<Arc<Packed>> {
        let mut kept = self.kept.lock();
        let shape = used(&mut kept, &lengths(fillings))?;
        if let State::Packed(packed) = &shape.state { Some(Arc::clone(packed)) } else { None }
    }

    /// Notes that these values would have been sent packed. The second time, if nothing else is being packed, it is
    /// for the caller to [`Shapes::pack`].
    pub(crate) fn want(&self, fillings: &Fillings) -> Option<Wanted> {
        let lengths = lengths(fillings);
        let mut kept = self.kept.lock();
        match used(&mut kept, &lengths) {
            Some(shape) if matches!(shape.state, State::Asked) => {
                let turn = TURN.try_acquire().ok()?;
                shape.state = State::Unpacked;
                Some(Wanted { lengths, _turn: turn })
            }
            Some(_) => None,
            None => {
                kept.push(Shape { lengths, state: State::Asked });
                if kept.len() > MOST {
                    kept.remove(0);
                }
                None
            }
        }
    }

    /// Packs the template; takes 20 ms for each MB or so.
    pub(crate) fn pack(&self, template: &Template, wanted: &Wanted) {
        let Some(packed) = Packed::new(template, &wanted.lengths) else { return };
        let mut kept = self.kept.lock();
        let Some(shape) = used(&mut kept, &wanted.lengths) else { return };
        shape.state = State::Packed(Arc::new(packed));
        // One form is never larger than the text.
        while kept.iter().map(Shape::weight).sum::<usize>() > Shapes::room(template) && kept.len() > 1 {
            kept.remove(0);
        }
    }
}

fn lengths(fillings: &Fillings) -> Vec<usize> {
    fillings.iter().map(Vec::len).collect()
}

/// The shape with these lengths, which is now the last that was asked for.
fn used<'a>(kept: &'a mut Vec<Shape>, lengths: &[usize]) -> Option<&'a mut Shape> {
    let at = kept.iter().position(|shape| shape.lengths == lengths)?;
    let shape = kept.remove(at);
    kept.push(shape);
    kept.last_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::splice::Marker;
    use host_core::action::Splice;

    fn template() -> Template {
        let marker = Marker::new(&[0xab; 20]);
        let user = marker.text(Splice::Username);
        Template::cut(format!("/live/{user}/1.ts and so on\n").repeat(300).as_bytes(), &marker).unwrap()
    }

    fn fillings(template: &Template, length: usize) -> Fillings {
        template.fillings(|_| "u".repeat(length))
    }

    #[test]
    fn a_shape_is_packed_when_it_is_asked_for_again() {
        let (template, shapes) = (template(), Shapes::default());
        let (one, other) = (fillings(&template, 5), fillings(&template, 6));
        assert!(shapes.want(&one).is_none() && shapes.want(&other).is_none() && shapes.get(&one).is_none());
        let wanted = loop {
            // Another test of this process may be packing.
            if let Some(wanted) = shapes.want(&one) {
                break wanted;
            }
        };
        assert!(shapes.want(&one).is_none(), "it is being made");
        shapes.pack(&template, &wanted);
        assert!(shapes.get(&one).is_some() && shapes.get(&other).is_none());
        assert!(shapes.want(&one).is_none(), "it is there");
    }

    #[test]
    fn what_was_not_asked_for_longest_goes_first() {
        let (template, shapes) = (template(), Shapes::default());
        for length in 1..=MOST {
            assert!(shapes.want(&fillings(&template, length)).is_none());
        }
        assert!(shapes.get(&fillings(&template, 1)).is_none(), "asked for, not made");
        assert!(shapes.want(&fillings(&template, MOST + 1)).is_none());
        let known = |length| shapes.kept.lock().iter().any(|shape| shape.lengths == [length]);
        assert!(known(1) && !known(2) && known(3));
    }
}
