"""People as the ruler: blind comparisons, kept answers, rankings with their uncertainty, agreement, how many are needed."""

from genai_course.labs.human_study.agreement import agreement_interval, cohen_kappa, count_categories, fleiss_kappa
from genai_course.labs.human_study.bradley_terry import BradleyTerry, bootstrap_qualities, count_wins, fit_bradley_terry
from genai_course.labs.human_study.power import answers_needed, judges_needed, power, preference_interval, wins_needed
from genai_course.labs.human_study.responses import ResponseFile, merge, read_responses
from genai_course.labs.human_study.simulation import SimulatedAnswers, simulate_answers, simulate_judge
from genai_course.labs.human_study.study import Answer, Pair, Study, as_arrays
