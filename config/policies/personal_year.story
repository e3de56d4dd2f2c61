# An airline: points since the level was reached, paid for it, the rest carried.
policy: personal_year.toml

story: A level is paid for with the points that it takes
| when             | what                | then                                                   |
| 2025-03-10 12:00 | flight attrs.xp 99  | xp is 99                                               |
| 2025-03-11 12:00 | flight attrs.xp 21  | level: explorer -> silver because xp 120 is >= 100, xp is 20 |
| 2025-06-01 12:00 | flight attrs.xp 159 | xp is 179                                              |
| 2025-06-02 12:00 | flight attrs.xp 1   | level: silver -> gold because xp 180 is >= 180, xp is 0 |

story: Several levels at once are paid for one after another
# 500 points are left behind silver, of which 300 count; gold leaves 120 of them.
| when             | who | what                | then                                                                |
| 2025-03-10 12:00 | ann | flight attrs.xp 600 | level: explorer -> silver, level: silver -> gold, xp is 120         |
|                  | bob | flight attrs.xp 279 | level: explorer -> silver, xp is 179                                |
|                  | cid | flight attrs.xp 280 | level: explorer -> silver, level: silver -> gold, xp is 0           |

story: Renewed at the end of a year of one's own, and the rest is carried
| when             | what                | then                           |
| 2025-03-10 12:00 | flight attrs.xp 120 | level: explorer -> silver      |
| 2025-09-01 12:00 | flight attrs.xp 110 | xp is 130                      |
| 2026-03-10 23:59 |                     | xp is 130                      |
| 2026-03-11 12:00 |                     | level is silver, xp is 30      |
| 2026-09-01 12:00 | flight attrs.xp 70  | xp is 100                      |
| 2027-03-11 12:00 |                     | level is silver, xp is 0       |
| 2028-03-11       |                     | level: silver -> explorer by clock waited term since 2025-03-10 12:00 |

story: A point short, and it goes one level down for a year without points
| when             | what                | then                                                        |
| 2025-03-10 12:00 | flight attrs.xp 280 | level: explorer -> silver, level: silver -> gold, xp is 0   |
| 2025-09-01 12:00 | flight attrs.xp 179 | xp is 179                                                   |
| 2026-03-11       |                     | level: gold -> silver because xp 179 is not >= 180, xp is 0 |
| 2027-03-11 12:00 |                     | level is silver                                             |
| 2027-03-12       |                     | level: silver -> explorer                                   |

story: No more is carried than the cap
# 900 points are three years of platinum, of which two are left.
| when             | what                | then                                                         |
| 2025-03-10 12:00 | flight attrs.xp 280 | level: explorer -> silver, level: silver -> gold             |
| 2025-03-11 12:00 | flight attrs.xp 300 | level: gold -> platinum, xp is 0                             |
| 2025-06-01 12:00 | flight attrs.xp 900 | xp is 900                                                    |
| 2026-03-12 12:00 |                     | level is platinum, xp is 300                                 |
| 2027-03-12 12:00 |                     | level is platinum, xp is 0                                   |
| 2028-03-12       |                     | level: platinum -> gold                                      |

story: A new level begins a new year
| when             | what                | then                                                  |
| 2025-03-10 12:00 | flight attrs.xp 100 | level: explorer -> silver, xp is 0                    |
| 2026-03-10 12:00 | flight attrs.xp 180 | level: silver -> gold, xp is 0                        |
| 2027-03-11       |                     | level: gold -> silver                                 |
| 2028-03-12       |                     | level: silver -> explorer                             |

story: What was flown before a level was reached has been settled by it
| when             | what                                          | then                      |
| 2025-03-10 12:00 | flight attrs.xp 100                           | level: explorer -> silver |
| 2025-03-12 12:00 | flight attrs.xp 50 dated 2025-03-09 12:00     | xp is 0                   |
| 2025-03-12 13:00 | flight attrs.xp 50 dated 2025-03-11 12:00     | xp is 50                  |

story: Ten years of platinum in a row are for life
| when             | what                | then                                                          |
| 2025-03-10 12:00 | flight attrs.xp 280 | level: explorer -> silver, level: silver -> gold              |
| 2025-03-11 12:00 | flight attrs.xp 300 | level: gold -> platinum                                       |
| 2025-06-01 12:00 | flight attrs.xp 300 |                                                               |
| 2026-06-01 12:00 | flight attrs.xp 300 |                                                               |
| 2027-06-01 12:00 | flight attrs.xp 300 |                                                               |
| 2028-06-01 12:00 | flight attrs.xp 300 |                                                               |
| 2029-06-01 12:00 | flight attrs.xp 300 |                                                               |
| 2030-06-01 12:00 | flight attrs.xp 300 |                                                               |
| 2031-06-01 12:00 | flight attrs.xp 300 |                                                               |
| 2032-06-01 12:00 | flight attrs.xp 300 |                                                               |
| 2033-06-01 12:00 | flight attrs.xp 300 |                                                               |
| 2034-06-01 12:00 | flight attrs.xp 300 |                                                               |
| 2045-01-01       |                     | level is platinum, xp is 0                                    |
