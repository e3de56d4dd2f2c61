# Quiet for longer than usual, where usual is each customer's own.
policy: rhythm.toml

story: Quiet for one and a half times the usual gap, at that midnight
only: pace
| when             | what        | then                                                     |
| 2026-01-01 12:00 | purchase 10 | gap is never, quiet is 0.00                              |
| 2026-01-01 18:00 | purchase 10 | gap is never                                             |
| 2026-01-11 12:00 | purchase 10 | gap is 10d, quiet is 0.00                                |
| 2026-01-25 12:00 | purchase 10 | gap is 12d                                               |
| 2026-02-11 23:59 |             | quiet is 1.4166                                          |
| 2026-02-12       |             | pace: slow -> late because quiet 1.50 is >= 1.50         |
| 2026-03-08 12:00 | purchase 10 | pace: late -> slow, gap is 22d                           |
# The clocks go forward: civil days count.
| 2026-04-09       |             | quiet is 1.4545                                          |
| 2026-04-10       |             | pace: slow -> late                                       |

story: Two customers of the same last purchase, each by their own rhythm
only: pace
| when             | who | what        | then                  |
| 2025-12-26 12:00 | bob | purchase 10 |                       |
| 2026-01-01 12:00 | ann | purchase 10 |                       |
| 2026-01-05 12:00 | ann | purchase 10 | pace: slow -> weekly  |
| 2026-01-05 12:00 | bob | purchase 10 | gap is 10d            |
| 2026-01-11       | ann |             | pace: weekly -> late  |
| 2026-01-20       | bob |             | pace: slow -> late    |

story: A purchase that is sent back was no part of the rhythm
only: pace
| when             | what                | then                 |
| 2026-01-01 12:00 | purchase 10         |                      |
| 2026-01-05 12:00 | purchase 10 order a | pace: slow -> weekly |
| 2026-01-11       |                     | pace: weekly -> late |
| 2026-01-21 12:00 | purchase 10         | pace: late -> slow, gap is 10d |
| 2026-01-22 12:00 | refund 10 order a   | gap is 20d           |
| 2026-01-23 12:00 | cancel order a      | gap is 20d           |

story: Within a window the rhythm is of what is left in it
only: visits
| when             | what  | then                                            |
| 2026-01-01 12:00 | visit | visit_gap is never                              |
| 2026-01-01 13:00 | visit | visits: any -> fast, visit_gap is 1h            |
| 2026-01-01 15:00 | visit | visit_gap is 1h30m                              |
# More than twice 90 minutes: from the millisecond on at which it is 2.0001.
| 2026-01-01 18:00 |       | visit_quiet is 2.00                             |
| 2026-01-01 18:00:00.540 | | visits: fast -> gone                          |
# The first of them has left: the gap is two hours, and 21 hours more than twice of it.
| 2026-01-02 12:00 |       | visit_gap is 2h                                 |
| 2026-01-02 13:00 |       | visits: gone -> any, visit_gap is never         |
