# A cosmetics shop: the calendar year and the one after it.
policy: beauty.toml
only: club

story: Reached in one year, valid to the end of the next
only: silver_earned, gold_earned, club
| when             | what            | then                                                |
| 2025-06-10 12:00 | purchase 350.00 | silver_earned: no -> silver, club: member -> silver |
| 2026-12-31 23:59 |                 | club is silver                                      |
| 2027-01-01       |                 | silver_earned: silver -> no, club: silver -> member |

story: A cent short
| when             | what            | then                   |
| 2025-06-10 12:00 | purchase 349.99 |                        |
| 2025-06-11 12:00 |                 | spend_year is 349.99   |
| 2025-06-12 12:00 | purchase 0.01   | club: member -> silver |

story: The last millisecond of the year belongs to it
# Ann has it for a year and a millisecond, bob for two years but one.
| when                    | who | what            | then                   |
| 2025-12-31 23:59:59.999 | ann | purchase 400.00 | club: member -> silver |
| 2026-01-01              | bob | purchase 400.00 | club: member -> silver |
| 2027-01-01              | ann |                 | club: silver -> member |
| 2028-01-01              | bob |                 | club: silver -> member |

story: Two halves in two years are not one whole
| when             | what            | then                 |
| 2025-12-20 12:00 | purchase 300.00 |                      |
| 2026-01-05 12:00 | purchase 300.00 | spend_year is 300.00 |

story: Gold of one year and silver of the next end one after the other
only: silver_earned, gold_earned, club
| when             | what             | then                                                |
| 2025-06-10 12:00 | purchase 999.99  | silver_earned: no -> silver, club: member -> silver |
| 2025-06-11 12:00 | purchase 0.01    | gold_earned: no -> gold, club: silver -> gold       |
| 2026-06-10 12:00 | purchase 350.00  |                                                     |
| 2027-01-01       |                  | gold_earned: gold -> no, club: gold -> silver       |
| 2028-01-01       |                  | silver_earned: silver -> no, club: silver -> member |

story: Gold that is not reached again falls to where this year's spend leads, here to nothing
| when             | what             | then                   |
| 2025-06-10 12:00 | purchase 1000.00 | club: member -> gold   |
| 2026-06-10 12:00 | purchase 349.99  |                        |
| 2027-01-01       |                  | club: gold -> member   |

story: Requalifying moves nobody and counts
| when             | what            | then                   |
| 2025-06-10 12:00 | purchase 400.00 | club: member -> silver |
| 2026-12-31 12:00 | purchase 350.00 |                        |
| 2028-01-01       |                 | club: silver -> member |

story: A purchase at the very midnight at which the tier ends counts for the new year and saves it
| when             | what            | then                   |
| 2025-06-10 12:00 | purchase 400.00 | club: member -> silver |
| 2027-01-01 00:00 | purchase 350.00 |                        |
| 2029-01-01       |                 | club: silver -> member |

story: An upgrade at the instant at which the lower tier ends
| when             | what             | then                 |
| 2025-06-10 12:00 | purchase 400.00  | club: member -> silver |
| 2027-01-01 00:00 | purchase 1000.00 | club: silver -> gold |
| 2029-01-01       |                  | club: gold -> member |

story: The purchase that made the tier is returned in the same year
| when             | what                     | then                   |
| 2025-06-10 12:00 | purchase 400.00 order o1 | club: member -> silver |
| 2025-07-10 12:00 | refund 400.00 order o1   | spend_year is 0.00     |
| 2026-01-01       |                          | club: silver -> member |

story: It is returned in the next year, when the books of its own are closed
| when             | what                     | then                   |
| 2025-12-10 12:00 | purchase 400.00 order o1 | club: member -> silver |
| 2026-01-10 12:00 | refund 400.00 order o1   | spend_year is 0.00     |
| 2026-06-10 12:00 | purchase 349.99          | spend_year is 349.99   |
| 2027-01-01       |                          | club: silver -> member |

story: A purchase of December that is heard of in January makes the tier as of December
# Valid to the end of 2026, as if it had come in time.
| when             | what                                   | then                                          |
| 2025-12-10 12:00 | purchase 300.00                        |                                               |
| 2026-01-02 12:00 | purchase 60.00 dated 2025-12-30 12:00  | club: member -> silver as of 2025-12-30 12:00 |
|                  |                                        | spend_year is 0.00                            |
| 2027-01-01       |                                        | club: silver -> member                        |
