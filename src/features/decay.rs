//! Weights that halve: what is left of a contribution some days later.

/// Bits behind the point of a weight; an age beyond so many half-lives weighs nothing.
const POINT: u32 = 32;
/// Bits behind the point while weights are reckoned.
const FINE: u32 = 62;

/// The weights of one half-life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decay {
    /// In days.
    half_life: i64,
    /// Of the ages within the first half-life.
    weights: Vec<i64>,
}

/// Days with what counts on them, from the newest to the oldest.
pub(super) type Days = Vec<(i64, i64)>;

impl Decay {
    /// Of a half-life from 1 to 1000 days, for which every weight is the exact one rounded down.
    pub(super) fn new(half_life: u32) -> Self {
        let roots = roots();
        let ages = 0..u128::from(half_life);
        let fine = ages.map(|age| fine_weight(&roots, age, half_life.into()));
        Self {
            half_life: half_life.into(),
            weights: fine.map(|fine| (fine >> (FINE - POINT)) as i64).collect(),
        }
    }

    /// From which age on, in days, nothing is left.
    pub(super) fn ends(half_life: u32) -> i64 {
        i64::from(half_life) * i64::from(POINT) + 1
    }

    /// The same.
    pub(super) fn lasts(&self) -> i64 {
        self.half_life * i64::from(POINT) + 1
    }

    /// The weight of an age in days, in 1/2^32.
    fn weight(&self, age: i64) -> i64 {
        let halved = age / self.half_life;
        match halved <= i64::from(POINT) {
            true => self.weights[(age % self.half_life) as usize] >> halved,
            false => 0,
        }
    }

    /// What is left of some days at another one, rounded down.
    pub(super) fn left(&self, days: &Days, now: i64) -> i64 {
        let [more, less] = self.parts(days, now);
        whole(more - less)
    }

    /// Adds the days after `first` up to `last` from which on what is left lies at another level,
    /// in order.
    pub(super) fn turns(
        &self,
        days: &Days,
        (first, last): (i64, i64),
        level: &impl Fn(i64) -> u32,
        turns: &mut Vec<(i64, u32)>,
    ) {
        let ends = [first, last].map(|day| self.parts(days, day));
        self.between(days, (first, last), ends, level, turns);
    }

    /// Neither part of what is left ever grows: between two days it lies between the bounds that
    /// their parts make.
    fn between(
        &self,
        days: &Days,
        (first, last): (i64, i64),
        ends: [[i128; 2]; 2],
        level: &impl Fn(i64) -> u32,
        turns: &mut Vec<(i64, u32)>,
    ) {
        let [[more, less], [more_then, less_then]] = ends;
        if first >= last || level(whole(more_then - less)) == level(whole(more - less_then)) {
            return;
        }
        if first + 1 == last {
            let then = level(whole(more_then - less_then));
            if then != level(whole(more - less)) {
                turns.push((last, then));
            }
            return;
        }
        let middle = i64::midpoint(first, last);
        let parts = self.parts(days, middle);
        self.between(days, (first, middle), [ends[0], parts], level, turns);
        self.between(days, (middle, last), [parts, ends[1]], level, turns);
    }

    /// What is left of the positive and of the negative days, in 1/2^32.
    fn parts(&self, days: &Days, now: i64) -> [i128; 2] {
        let mut parts = [0; 2];
        for (day, sum) in days {
            let left = i128::from(*sum) * i128::from(self.weight(now - day));
            parts[usize::from(left < 0)] += left.abs();
        }
        parts
    }
}

/// Without what is behind the point.
fn whole(left: i128) -> i64 {
    (left >> POINT) as i64
}

/// 2^-1/2, 2^-1/4, 2^-1/8 ..., rounded down.
fn roots() -> [u128; FINE as usize] {
    let mut root = 1_u128 << (FINE - 1);
    [(); FINE as usize].map(|()| {
        root = (root << FINE).isqrt();
        root
    })
}

/// 2^-(age / half-life) for an age below it, by the binary digits of the quotient.
fn fine_weight(roots: &[u128], age: u128, half_life: u128) -> u128 {
    let (mut weight, mut rest) = (1 << FINE, age);
    for root in roots {
        rest *= 2;
        if rest >= half_life {
            rest -= half_life;
            weight = (weight * root) >> FINE;
        }
    }
    weight
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of 62 digits may lose two of the last place, and what comes behind them less than one.
    #[test]
    fn every_weight_is_the_exact_one_rounded_down() {
        let roots = roots();
        for half_life in 1..=1000 {
            for age in 1..half_life {
                let fine = fine_weight(&roots, age, half_life);
                let [least, most] = [fine - 2, fine + 130].map(|fine| fine >> (FINE - POINT));
                assert_eq!(least, most, "{age} of {half_life} days");
            }
        }
    }

    #[test]
    fn a_weight_halves_until_nothing_is_left() {
        let decay = Decay::new(30);
        assert_eq!(decay.weight(0), 1 << 32);
        assert_eq!(decay.weight(30), 1 << 31);
        assert_eq!(decay.weight(15), 3_037_000_499);
        assert_eq!(decay.weight(Decay::ends(30) - 1), 1);
        assert_eq!(decay.weight(Decay::ends(30)), 0);
        for age in 0..1_100 {
            assert!(decay.weight(age + 1) <= decay.weight(age), "{age}");
        }
    }

    #[test]
    fn what_is_foreseen_of_what_is_left_comes_about() {
        let decay = Decay::new(3);
        let level = |left: i64| {
            [-40, -1, 0, 1, 7, 50]
                .iter()
                .filter(|cut| left >= **cut)
                .count()
        };
        let level = |left| level(left) as u32;
        for days in [
            vec![(9, 100), (5, 40), (2, 1_000)],
            vec![(9, -100), (8, 150)],
            vec![(9, 60), (8, -70), (1, -9)],
            vec![(9, -1)],
            vec![],
        ] {
            let mut turns = Vec::new();
            decay.turns(&days, (9, 150), &level, &mut turns);
            let mut turns = turns.into_iter().peekable();
            let mut known = level(decay.left(&days, 9));
            for day in 10..=150 {
                if let Some((_, to)) = turns.next_if(|(at, _)| *at == day) {
                    assert_ne!(to, known, "{days:?} {day}");
                    known = to;
                }
                assert_eq!(known, level(decay.left(&days, day)), "{days:?} {day}");
            }
            assert_eq!(turns.next(), None, "{days:?}");
        }
    }
}
