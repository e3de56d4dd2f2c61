# Time since the last purchase, and a map over a ladder.
policy: silence.toml

story: Silence alone moves from tier to tier
| when             | what               | then                                      |
| 2026-01-10 12:00 | purchase 5 order a | silence: gone -> fresh, bond: new -> good |
| 2026-01-20       |                    | silence: fresh -> near                    |
| 2026-01-31       |                    | silence: near -> gone, bond: good -> lost |
| 2026-02-02       | cancel order a     | bond: lost -> new                         |

story: Deadlines before an event fire first
| when             | what       | then                                       |
| 2026-01-10 12:00 | purchase 5 | silence: gone -> fresh, bond: new -> good  |
| 2026-01-20       |            | silence: fresh -> near                     |
| 2026-01-31       |            | silence: near -> gone, bond: good -> lost  |
| 2026-02-01 12:00 | purchase 5 | silence: gone -> fresh, bond: lost -> good |

story: Taking back the last order brings back the one before
| when             | what               | then                                      |
| 2026-01-10 12:00 | purchase 5 order a | silence: gone -> fresh, bond: new -> good |
| 2026-01-19 12:00 | purchase 5 order b |                                           |
| 2026-01-26 12:00 | cancel order b     | silence: fresh -> near                    |
| 2026-01-31       |                    | silence: near -> gone, bond: good -> lost |
