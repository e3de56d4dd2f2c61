# Terms, and what requalifying does to them.
policy: terms.toml
only: card

story: Twelve months from a leap day last through the last day of February
| when             | what            | then                                                               |
| 2024-02-29 09:00 | purchase 120.00 | card: none -> silver                                               |
| 2025-03-01       |                 | card: silver -> none by clock because spend 0.00 is not >= 100.00  |

story: What holds at the end of a term gives another one, counted from the first
| when             | what            | then                 |
| 2025-01-10 09:00 | purchase 120.00 | card: none -> silver |
| 2025-12-30 09:00 | purchase 100.00 |                      |
| 2027-01-11       |                 | card: silver -> none |

story: What holds only in the middle of a term does not
| when             | what            | then                 |
| 2025-01-10 09:00 | purchase 120.00 | card: none -> silver |
| 2025-06-10 09:00 | purchase 120.00 |                      |
| 2026-01-11       |                 | card: silver -> none |

story: A way up at the instant at which a term ends wins, and begins a term of its own
| when             | what            | then                                                  |
| 2025-01-10 09:00 | purchase 120.00 | card: none -> silver                                  |
| 2026-01-11       | purchase 300.00 | card: silver -> gold by event                         |
| 2027-01-12       |                 | card: gold -> silver because spend 0.00 is not >= 200 |
| 2028-01-13       |                 | card: silver -> none                                  |

story: A refund takes nothing away before the term ends
| when             | what                    | then                 |
| 2025-01-10 09:00 | purchase 320.00 order a | card: none -> gold   |
| 2025-01-12 09:00 | refund 320.00 order a   |                      |
| 2026-01-11       |                         | card: gold -> silver |
| 2027-01-12       |                         | card: silver -> none |

story: A year that restarts is counted from the last day that was good enough
only: beauty
| when             | what            | then                  |
| 2025-06-10 09:00 | purchase 120.00 | beauty: guest -> star |
| 2026-12-20 09:00 | purchase 100.00 |                       |
| 2029-01-01       |                 | beauty: star -> guest |

story: The last good day may be the last of the year
only: beauty
| when             | what            | then                  |
| 2025-12-02 09:00 | purchase 120.00 | beauty: guest -> star |
| 2027-01-01       |                 | beauty: star -> guest |

story: A programme year from April ends a month late
only: air
| when             | what            | then             |
| 2026-03-31 12:00 | purchase 120.00 | air: blue -> red |
| 2026-05-01       |                 | air: red -> blue |
| 2026-05-02 12:00 | purchase 120.00 | air: blue -> red |
| 2027-05-01       |                 | air: red -> blue |

story: A refund after the term has ended counts at the end of the next one
only: card
| when             | what                    | then                                                      |
| 2025-01-10 09:00 | purchase 320.00 order a | card: none -> gold                                        |
| 2026-01-05 09:00 | purchase 320.00 order b |                                                           |
| 2026-01-11       |                         | card is gold                                              |
| 2026-01-12 09:00 | refund 320.00 order b   | card is gold                                              |
| 2027-01-11       |                         | card: gold -> silver by clock because spend 0.00 is not >= 200.00 |
| 2028-01-12       |                         | card: silver -> none                                      |

story: A late purchase of the time before the demotion was announced takes it back, as a correction
only: card
| when             | what                                   | then                                                 |
| 2025-01-10 09:00 | purchase 120.00                        | card: none -> silver                                 |
| 2026-01-11       |                                        | card: silver -> none by clock                        |
| 2026-01-12 09:00 | purchase 100.00 dated 2026-01-10 18:00 | card: none -> silver as of 2026-01-11 by correction  |
| 2027-01-12       |                                        | card: silver -> none                                 |
