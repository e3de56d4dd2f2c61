# An airline: flights and points of a calendar year.
policy: airline.toml

story: Reached in one year, valid to the end of January of the year after the next
| when             | what                         | then                     |
| 2025-06-10 12:00 | purchase 4000.00 quantity 12 | status: member -> silver |
| 2027-01-31 23:59 |                              | status is silver         |
| 2027-02-01       |                              | status: silver -> member |

story: Flights and points, or more points, but never with less than four flights
| when             | who | what                         | then                     |
| 2025-06-10 12:00 | ann | purchase 4000.00 quantity 11 |                          |
|                  | bob | purchase 3999.99 quantity 12 |                          |
|                  | cid | purchase 5000.00 quantity 3  |                          |
|                  | dot | purchase 4999.99 quantity 4  |                          |
| 2025-06-11 12:00 | ann | purchase 0.00 quantity 1     | status: member -> silver because flights_year 12 is >= 12 and points_year 4000.00 is >= 4000.00 |
|                  | bob | purchase 0.01                | status: member -> silver |
|                  | cid | purchase 0.00 quantity 1     | status: member -> silver because flights_year 4 is >= 4 and points_year 5000.00 is >= 5000.00 |
|                  | dot | purchase 0.01                | status: member -> silver |

story: Each status by exactly its flights and points, or by exactly its points and four flights
# The first purchase of each is a flight short or a cent short.
| when             | who    | what                        | then                         |
| 2025-06-10 12:00 | few_g  | purchase 8000.00 quantity 23 | status: member -> silver     |
|                  | cent_g | purchase 7999.99 quantity 24 | status: member -> silver     |
|                  | only_g | purchase 9999.99 quantity 4 | status: member -> silver     |
|                  | three_g | purchase 10000.00 quantity 3 |                              |
|                  | few_p  | purchase 12000.00 quantity 35 | status: member -> gold       |
|                  | cent_p | purchase 11999.99 quantity 36 | status: member -> gold       |
|                  | only_p | purchase 14999.99 quantity 4 | status: member -> gold       |
|                  | three_p | purchase 15000.00 quantity 3 |                              |
|                  | few_t  | purchase 18000.00 quantity 53 | status: member -> platinum   |
|                  | cent_t | purchase 17999.99 quantity 54 | status: member -> platinum   |
|                  | only_t | purchase 23999.99 quantity 4 | status: member -> platinum   |
|                  | three_t | purchase 24000.00 quantity 3 |                              |
| 2025-06-11 12:00 | few_g  | purchase 0.00 quantity 1    | status: silver -> gold       |
|                  | cent_g | purchase 0.01               | status: silver -> gold       |
|                  | only_g | purchase 0.01               | status: silver -> gold       |
|                  | three_g | purchase 0.00 quantity 1    | status: member -> gold       |
|                  | few_p  | purchase 0.00 quantity 1    | status: gold -> platinum     |
|                  | cent_p | purchase 0.01               | status: gold -> platinum     |
|                  | only_p | purchase 0.01               | status: gold -> platinum     |
|                  | three_p | purchase 0.00 quantity 1    | status: member -> platinum   |
|                  | few_t  | purchase 0.00 quantity 1    | status: platinum -> top      |
|                  | cent_t | purchase 0.01               | status: platinum -> top      |
|                  | only_t | purchase 0.01               | status: platinum -> top      |
|                  | three_t | purchase 0.00 quantity 1    | status: member -> top        |

story: A year around the world goes up over four, and down one a year
# In 2028 the member flies enough for gold, at which the landing stays.
| when             | what                          | then                       |
| 2025-06-10 12:00 | purchase 24000.00 quantity 10 | status: member -> top      |
| 2027-02-01       |                               | status: top -> platinum    |
| 2028-02-01       |                               | status: platinum -> gold   |
| 2028-06-10 12:00 | purchase 10000.00 quantity 8  |                            |
| 2030-02-01       |                               | status: gold -> silver     |
| 2031-02-01       |                               | status: silver -> member   |

story: Loyalty alone does not bring the invitation
# 20,000 dollars with the airline itself are platinum. The rest may be flown with a partner.
| when             | what                                        | then                       |
| 2025-06-10 12:00 | purchase 20000.00 quantity 8 brand own      | status: member -> platinum |
| 2025-07-10 12:00 | purchase 4000.00 quantity 2 brand partner   | status: platinum -> invitation because own_points_year 20000.00 |

story: Last year's top status is good enough for this year's invitation
# Which is then valid to the end of January 2028, although top status would have ended a year
# before.
| when             | what                                      | then                       |
| 2025-06-10 12:00 | purchase 24000.00 quantity 8 brand other  | status: member -> top      |
| 2026-06-10 12:00 | purchase 20000.00 quantity 8 brand own    | status: top -> invitation  |
| 2028-02-01       |                                           | status: invitation -> top  |
| 2029-02-01       |                                           | status: top -> platinum    |
| 2030-02-01       |                                           | status: platinum -> gold   |
| 2031-02-01       |                                           | status: gold -> silver     |
| 2032-02-01       |                                           | status: silver -> member   |

story: A dollar with a partner is none with the airline
| when             | what                                        | then                  |
| 2025-06-10 12:00 | purchase 24000.00 quantity 8 brand partner  | status: member -> top |
| 2025-06-11 12:00 | purchase 19999.99 quantity 8 brand own      |                       |
| 2025-06-12 12:00 | purchase 0.01 brand own                     | status: top -> invitation |

story: A ticket that is paid back in its year leaves the status to the end of January
| when             | what                                  | then                     |
| 2025-06-10 12:00 | purchase 4000.00 quantity 12 order t1 | status: member -> silver |
| 2025-07-10 12:00 | refund 1.00 quantity 1 order t1       |                          |
| 2026-02-01       |                                       | status: silver -> member |

story: A ticket that is paid back after its year was flown in it
| when             | what                                   | then                     |
| 2025-12-31 23:59 | purchase 4000.00 quantity 12 order t1  | status: member -> silver |
| 2026-01-02 12:00 | refund 4000.00 quantity 12 order t1    | points_year is 0.00      |
| 2027-02-01       |                                        | status: silver -> member |

story: The way up at the instant at which a status ends wins
| when             | what                          | then                      |
| 2025-06-10 12:00 | purchase 4000.00 quantity 12  | status: member -> silver  |
| 2027-02-01 00:00 | purchase 8000.00 quantity 24  | status: silver -> gold    |
| 2029-02-01       |                               | status: gold -> silver    |
| 2030-02-01       |                               | status: silver -> member  |

story: A year's flying at the instant of the landing, and nobody lands
| when             | what                           | then                    |
| 2025-06-10 12:00 | purchase 24000.00 quantity 12  | status: member -> top   |
| 2027-02-01 00:00 | purchase 24000.00 quantity 12  |                         |
| 2029-02-01       |                                | status: top -> platinum |

story: The year ends at the airline's midnight
| when                 | who | what                         | then                     |
| 2026-01-01T05:59:59Z | ann | purchase 4000.00 quantity 12 | status: member -> silver |
| 2026-01-01T06:00:00Z | bob | purchase 4000.00 quantity 12 | status: member -> silver |
| 2027-02-01           | ann |                              | status: silver -> member |
| 2028-02-01           | bob |                              | status: silver -> member |

story: A partner reports two weeks late, and not later
| when             | who | what                                                | then                                             |
| 2026-01-14 12:00 | ann | purchase 5000.00 quantity 12 dated 2025-12-31 12:00 | status: member -> silver as of 2025-12-31 12:00  |
|                  | bob | purchase 5000.00 quantity 12 dated 2025-12-31 11:59 | refused: too_late                                |
| 2027-01-01       | ann |                                                     | status is silver                                 |
