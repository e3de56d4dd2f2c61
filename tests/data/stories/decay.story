# What was bought counts for less day by day.
policy: decay.toml

story: Half of it is left after thirty days, a quarter after sixty
only: heat
| when             | what         | then                                                |
| 2026-03-01 12:00 | purchase 100 | heat: cold -> warm, warmth is 100.00                |
| 2026-03-02       |              | warmth is 97.7159                                   |
# The clocks go forward on 29 March: civil days count.
| 2026-03-31       |              | heat is warm, warmth is 50.00                       |
| 2026-04-01       |              | heat: warm -> cold because warmth 48.8579 is not >= 50 |
| 2026-04-30       |              | warmth is 25.00                                     |

story: What is bought again comes on top of what is left
only: heat
| when             | what         | then                                                |
| 2026-03-01 12:00 | purchase 100 | heat: cold -> warm                                  |
| 2026-03-31 12:00 | purchase 70  | heat: warm -> hot, warmth is 120.00                 |
| 2026-04-08       |              | heat: hot -> warm, warmth is 99.7485                |
| 2026-05-07       |              | heat is warm                                        |
| 2026-05-08       |              | heat: warm -> cold                                  |

story: A refund takes back what its purchase still weighs
only: heat
| when             | what                 | then                                        |
| 2026-03-01 12:00 | purchase 100 order a | heat: cold -> warm                          |
| 2026-03-31 12:00 | refund 40 order a    | heat: warm -> cold, warmth is 30.00         |
| 2026-03-31 13:00 | refund 60 order a    | warmth is 0.00                              |

story: What is below zero comes up to it
only: liked
| when             | what                 | then                                        |
| 2026-03-01 12:00 | rating attrs.stars 3 | liked: so_so -> yes                         |
| 2026-03-02       |                      | liked: yes -> so_so, fame is 1              |
| 2026-03-02 12:00 | rating attrs.stars -5 | liked: so_so -> no, fame is -4             |
# Rounded down, as long as anything is left of it at all: for 32 days.
| 2026-03-05       |                      | fame is -1                                  |
| 2026-04-03       |                      | fame is -1                                  |
| 2026-04-04       |                      | liked: no -> so_so, fame is 0               |
