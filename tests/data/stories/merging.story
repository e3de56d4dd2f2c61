# Customers who turn out to be one, and some who turn out not to be.
policy: merging.toml
only: card

story: Two halves of a gold customer
| when             | who | what            | then                                                    |
| 2026-03-02 09:00 | ann | purchase 150.00 | card: none -> silver                                    |
| 2026-03-03 09:00 | bob | purchase 160.00 | card: none -> silver                                    |
| 2026-03-04 09:00 | ann | merge into bob  | card: silver -> gold by command because spend 310.00 is >= 300.00 |
| 2026-03-05 09:00 | ann |                 | card is gold, spend is 310.00                           |
| 2026-04-01       | bob |                 | card: gold -> silver by clock because spend 160.00 is not >= 300.00 |
| 2026-04-02       | bob |                 | card: silver -> none by clock                           |

story: An order that both have sent counts once, with what was given back on it
| when             | who | what                      | then                            |
| 2026-03-02 09:00 | ann | purchase 200.00 order o1  | card: none -> silver            |
| 2026-03-02 09:00 | bob | purchase 200.00 order o1  | card: none -> silver            |
| 2026-03-03 09:00 | bob | refund 20.00 order o1     |                                 |
| 2026-03-04 09:00 | ann | merge into bob            |                                 |
|                  | bob |                           | spend is 180.00, card is silver |
| 2026-03-05 09:00 | ann | refund 100.00 order o1    | card: silver -> none, spend is 80.00 |
| 2026-03-06 09:00 | ann | purchase 5.00 order o1    | refused: order_exists           |

story: A straggler of either counts, at its own instant and once
| when             | who | what                                          | then                 |
| 2026-03-02 09:00 | ann | purchase 40.00 id e1                          |                      |
| 2026-03-04 09:00 | ann | merge into bob                                |                      |
| 2026-03-05 09:00 | ann | purchase 40.00 id e1                          | duplicate            |
| 2026-03-05 10:00 | ann | purchase 70.00 dated 2026-02-27 09:00         | card: none -> silver as of 2026-03-04 09:00 by event, spend is 110.00 |
| 2026-03-29       | bob |                                               | card: silver -> none by clock |

story: Parted again, each has what came under its own name
| when             | who | what              | then                                 |
| 2026-03-02 09:00 | ann | purchase 90.00    |                                      |
| 2026-03-03 09:00 | bob | purchase 20.00    |                                      |
| 2026-03-04 09:00 | ann | merge into bob    | card: none -> silver by command      |
| 2026-03-05 09:00 | ann | purchase 30.00    |                                      |
| 2026-03-06 09:00 | bob | purchase 5.00     | spend is 145.00                      |
| 2026-03-07 09:00 | ann | unmerge           | card: silver -> none by command      |
|                  |     |                   | card: none -> silver by command, spend is 120.00 |
|                  | bob |                   | spend is 25.00                       |
| 2026-04-01       | ann |                   | card: silver -> none by clock        |

story: Different terms: the higher tier, and of equals the one that lasts longer
only: club
| when             | who | what             | then                                  |
| 2026-01-10 09:00 | ann | purchase 100.00  | club: guest -> member                 |
| 2026-02-20 09:00 | bob | purchase 100.00  | club: guest -> member                 |
| 2026-03-25 09:00 | cat | purchase 20.00   |                                       |
| 2026-03-26 09:00 | ann | merge into cat   | club: guest -> member by command      |
| 2026-03-27 09:00 | bob | merge into cat   |                                       |
|                  | cat |                  | club is member                        |
| 2026-04-11       | cat |                  | club is member                        |
| 2026-05-21       | cat |                  | club: member -> guest by clock waited term |

story: Overrides of both, and the tiers that were given under them
| when             | who | what                                        | then                              |
| 2026-03-02 09:00 | ann | override card floor gold until 2026-03-20   | card: none -> gold under floor    |
| 2026-03-03 09:00 | bob | override card ceiling silver until 2026-03-10 |                                 |
| 2026-03-04 09:00 | ann | merge into bob                              | card: none -> silver by command under ceiling |
| 2026-03-10       | bob |                                             | card: silver -> gold by clock under floor |
| 2026-03-12 09:00 | bob | override card withdraw floor                | card: gold -> none by command after floor |
| 2026-03-13 09:00 | ann | unmerge                                     | card is gold                      |

story: A day on which both have bought counts once
only: habit
| when             | who | what            | then                                    |
| 2026-01-02 09:00 | ann | purchase 1.00   |                                         |
| 2026-01-02 10:00 | bob | purchase 1.00   |                                         |
| 2026-01-03 09:00 | bob | purchase 1.00   |                                         |
| 2026-03-04 09:00 | ann | merge into bob  |                                         |
|                  | bob |                 | days is 2, habit is new                 |
| 2026-03-05 09:00 | ann | purchase 1.00   | habit: new -> regular because days 3 is >= 3 |

story: Days of long ago on which both have bought count once
only: habit
| when             | who | what           | then                  |
| 2024-01-02 09:00 | ann | purchase 1.00  |                       |
| 2024-01-02 09:00 | bob | purchase 1.00  |                       |
| 2024-01-03 09:00 | ann | purchase 1.00  |                       |
| 2024-01-03 09:00 | bob | purchase 1.00  |                       |
| 2024-01-04 09:00 | ann | purchase 1.00  | habit: new -> regular |
| 2024-01-04 09:00 | bob | purchase 1.00  | habit: new -> regular |
| 2024-01-05 09:00 | ann | purchase 1.00  |                       |
| 2024-01-05 09:00 | bob | purchase 1.00  |                       |
| 2024-01-06 09:00 | ann | purchase 1.00  |                       |
| 2024-01-06 09:00 | bob | purchase 1.00  |                       |
| 2026-01-02 09:00 | ann | purchase 1.00  |                       |
| 2026-01-02 09:00 | bob | purchase 1.00  |                       |
| 2026-01-03 09:00 | ann | purchase 1.00  |                       |
| 2026-01-03 09:00 | bob | purchase 1.00  |                       |
| 2026-01-04 09:00 | ann | purchase 1.00  |                       |
| 2026-01-04 09:00 | bob | purchase 1.00  |                       |
| 2026-01-05 09:00 | ann | purchase 1.00  |                       |
| 2026-01-05 09:00 | bob | purchase 1.00  |                       |
| 2026-01-06 09:00 | ann | purchase 1.00  |                       |
| 2026-01-06 09:00 | bob | purchase 1.00  |                       |
| 2026-03-04 09:00 | ann | merge into bob |                       |
|                  | bob |                | days is 10            |

story: Three are one, and the one in the middle goes
| when             | who | what            | then                            |
| 2026-03-02 09:00 | ann | purchase 40.00  |                                 |
| 2026-03-02 09:00 | bob | purchase 40.00  |                                 |
| 2026-03-02 09:00 | cat | purchase 40.00  |                                 |
| 2026-03-03 09:00 | ann | merge into bob  |                                 |
| 2026-03-04 09:00 | bob | merge into cat  | card: none -> silver            |
| 2026-03-05 09:00 | bob | unmerge         | card: silver -> none, spend is 40.00 |
|                  | cat |                 | spend is 80.00                  |
| 2026-03-06 09:00 | ann | purchase 30.00  | card: none -> silver            |
| 2026-04-01       | cat |                 | card: silver -> none            |

story: Erasing one of them, and erasing the one who goes on
| when             | who | what                             | then                 |
| 2026-03-02 09:00 | ann | purchase 60.00                   |                      |
| 2026-03-02 09:00 | bob | purchase 60.00                   |                      |
| 2026-03-02 09:00 | cat | purchase 60.00                   |                      |
| 2026-03-03 09:00 | ann | merge into cat                   | card: none -> silver |
| 2026-03-04 09:00 | bob | merge into cat                   |                      |
| 2026-03-05 09:00 | ann | erase                            |                      |
| 2026-03-05 10:00 | ann | purchase 60.00 dated 2026-03-05  | suppressed           |
|                  | cat |                                  | card is silver, spend is 120.00 |
| 2026-03-06 09:00 | cat | erase                            | card is none         |
| 2026-03-06 10:00 | bob | purchase 100.00 dated 2026-03-06 | suppressed           |
| 2026-03-07 09:00 | bob | purchase 100.00                  | card: none -> silver |
| 2026-04-06       | bob |                                  | card: silver -> none |

story: What cannot be merged or parted
| when             | who | what               | then               |
| 2026-03-02 09:00 | ann | merge into ann     | refused: bad_merge |
| +1m              | ann | unmerge            | refused: bad_merge |
| +1m              | ann | merge into bob     |                    |
| +1m              | ann | merge into cat     | refused: bad_merge |
| +1m              | bob | merge into ann     | refused: bad_merge |
| +1m              | bob | unmerge            | refused: bad_merge |
| +1m              | cat | merge into ann     |                    |
| +1m              | dan | erase              |                    |
| +1m              | eva | merge into dan dated -2m | refused: bad_merge |
| +1m              | eva | merge into dan     |                    |
