# Profiles: of each member what was said last counts, by the instant at which it was said.
policy: profiles.toml

story: Nothing said is no answer, neither yes nor no
| when             | what                                | then                                                        |
| 2026-03-01 12:00 | purchase 10                         | city is unknown, consent is unknown, joined_on is unknown   |
| 2026-03-01 13:00 | profile city Leeds                  | mailing is nobody_asked, city is Leeds                      |
| 2026-03-01 14:00 | profile consent false               | mailing: nobody_asked -> opted_out because consent false is = false |
| 2026-03-02 09:00 | profile consent true                | mailing: opted_out -> leeds_shop by event, club: guest -> member |
| 2026-03-02 10:00 | profile city New York               | mailing: leeds_shop -> elsewhere because consent true is = true and city New York is != Leeds |
| 2026-03-02 11:00 | profile city unknown                | mailing: elsewhere -> nobody_asked because city unknown is not != Leeds |
|                  |                                     | city is unknown                                             |

story: Somebody of whom only a profile is known is a customer
| when             | what                                | then                                                        |
| 2026-03-01 12:00 | profile birth_year 2001 consent true | generation: unknown_age -> young, club: guest -> member    |
|                  |                                     | mailing is nobody_asked                                     |
| 2026-03-01 13:00 | profile birth_year 1999             | generation: young -> old, birth_year is 1999                |

story: The latest counts by its own instant, member by member
only: generation
| when             | what                                       | then                                                 |
| 2026-03-05 12:00 | profile birth_year 1980                    | generation: unknown_age -> old                       |
# Said before, heard of later: the newer one stays, but what nobody has said since is learnt.
| 2026-03-05 13:00 | profile birth_year 2005 city Leeds dated 2026-03-05 11:00 | birth_year is 1980, city is Leeds     |
# At the same instant the one heard of later counts.
| 2026-03-05 14:00 | profile birth_year 2006 dated 2026-03-05 12:00 | generation: old -> young as of 2026-03-05 12:00, birth_year is 2006 |
| 2026-03-05 15:00 | profile birth_year unknown dated 2026-03-05 11:59 | birth_year is 2006                            |
| 2026-03-05 16:00 | profile birth_year unknown                 | generation: young -> unknown_age                     |
| 2026-03-05 17:00 | profile birth_year 1980 dated 2026-03-05 15:30 | birth_year is unknown                            |

story: A profile is never too late, and a copy of an old one does no harm
only: generation
| when             | what                                          | then                                              |
| 2026-03-05 12:00 | purchase 10                                   |                                                   |
| 2026-03-05 13:00 | purchase 10 dated 2025-03-05                  | refused: too_late                                 |
| 2026-03-05 14:00 | profile birth_year 1980 id p1 dated 2019-06-01 | generation: unknown_age -> old as of 2026-03-05 12:00 because birth_year 1980 is < 2000 |
| 2026-03-05 15:00 | profile birth_year 2003 id p2 dated 2020-06-01 | generation: old -> young as of 2026-03-05 12:00 by correction |
| 2026-03-05 16:00 | profile birth_year 1980 id p1 dated 2019-06-01 | birth_year is 2003                               |
| 2026-03-05 17:00 | profile birth_year 2003 id p3                 |                                                   |
| 2026-03-05 17:00 | profile birth_year 1970 id p3                 | duplicate, birth_year is 2003                     |
| 2026-03-05 18:00 | profile birth_year 1970 dated 2027-01-01      | refused: future                                   |

story: A profile and what is bought decide together
only: club
| when             | what                                          | then                                              |
| 2026-03-01 12:00 | profile joined_on 2019-12-31 consent true     | club: guest -> member                             |
| 2026-03-02 12:00 | purchase 10                                   | club: member -> founder because joined_on 2019-12-31 is < 2020-01-01 |
| 2026-03-03 12:00 | profile joined_on 2020-01-01                  | club: founder -> member                           |
| 2026-03-04 12:00 | profile joined_on 2018-05-01                  | club: member -> founder                           |
| 2026-04-01       |                                               | club: founder -> member by clock                  |
| 2026-04-02 12:00 | profile consent unknown                       | club: member -> guest                             |

story: Who is forgotten is asked anew
| when             | what                                          | then                                              |
| 2026-03-01 12:00 | profile city Leeds consent true birth_year 1980 | club: guest -> member, mailing: nobody_asked -> leeds_shop, generation: unknown_age -> old |
| 2026-03-02 12:00 | erase                                         | consent is unknown, city is unknown               |
| 2026-03-03 12:00 | profile city Leeds dated 2026-03-01           | suppressed                                        |
| 2026-03-04 12:00 | purchase 10                                   | city is unknown                                   |
| 2026-03-05 12:00 | profile consent true                          | club: guest -> member                             |
