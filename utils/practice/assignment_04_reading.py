"""The reading sheet of assignment 04: numbers and statements of the paper on AlexNet.

The numbers follow from what the paper states: A. Krizhevsky, I. Sutskever and G. Hinton, ImageNet
classification with deep convolutional neural networks, NIPS 2012, sections 2 to 7 and tables 1 and 2.
"""

from utils.practice.exercises import Exercise
from utils.practice.sheets import Question, Sheet, Statements
from utils.practice.variants import drawn

DAY = 24 * 60 * 60
IMAGES = 90 * 1.2e6  # that pass through the network in the whole training
CYCLES = drawn("cycles", 50, range(11, 90))  # through the images, of the 90 that there were
MEASURED = drawn("measured", 30_000, range(20_000, 45_000, 250))  # of the 50,000 validation images
REACH = 100 * 1.96 * (0.182 * 0.818 / MEASURED) ** 0.5  # in percentage points

TRAINING = Exercise(
    question="Compute four numbers about the training from what sections 2 and 5 of the paper state.",
    answer="sheet",
    solution=f"sheet = ({CYCLES * 9375}, 1e-5, 5e-6, 227)",
    shows="Everything else that the training took stands in section 5 as well, but for the seeds.",
    kind=Sheet(
        {
            "updates": Question(
                CYCLES * 1.2e6 / 128,
                "Section 5 states the size of a batch, section 2 the images of one cycle.",
                {
                    "this is one cycle through the images.": 1.2e6 / 128,
                    "this counts images. Each update uses a whole batch of them.": CYCLES * 1.2e6,
                    f"this is the whole training. The first {CYCLES} cycles are asked for.": IMAGES / 128,
                    "this is the number of cycles. Each cycle has many updates.": CYCLES,
                    "this takes the exact number of images. The paper rounds it to 1.2 million.": CYCLES
                    * 1_281_167
                    / 128,
                    "these are the images of one cycle. Each update uses a whole batch of them.": 1.2e6,
                },
            ),
            "last_rate": Question(
                1e-5,
                "Section 5 states the first rate, by what it was divided, and how often.",
                {
                    "this is the rate at the start.": 0.01,
                    "this is the rate after one division. There were more.": 1e-3,
                    "this is the rate after two divisions. There was one more.": 1e-4,
                    "this is one division too many.": 1e-6,
                    "the rate was divided by 10 each time, not by 3.": 0.01 / 27,
                },
            ),
            "first_shrink": Question(
                5e-6,
                "Look at the rule in section 5: which factors does w have in it?",
                {
                    "in the rule of section 5, the learning rate multiplies the decay as well.": 5e-4,
                    "this is what remains. The share that is taken off is asked for.": 1 - 5e-6,
                    "the momentum adds up over many updates. In the first one the velocity is 0.": 5e-5,
                    "the rule has no factor of two: the paper states it for the update, not for the "
                    "loss.": 1e-5,
                    "this is the learning rate. The decay multiplies it.": 0.01,
                },
            ),
            "images_per_second": Question(
                (IMAGES / (6 * DAY), IMAGES / (5 * DAY)),
                "Divide all images that passed through the network by the seconds of the five to six days.",
                {
                    "this counts the images of one cycle only.": (1.2e6 / (6 * DAY), 1.2e6 / (5 * DAY)),
                    "these are updates per second. Each update uses 128 images.": (
                        IMAGES / 128 / (6 * DAY),
                        IMAGES / 128 / (5 * DAY),
                    ),
                    "this is per minute.": (60 * IMAGES / (6 * DAY), 60 * IMAGES / (5 * DAY)),
                    "this is per hour.": (3600 * IMAGES / (6 * DAY), 3600 * IMAGES / (5 * DAY)),
                },
            ),
        }
    ),
    hints=(
        "Which sentences of section 5 hold the size of a batch, the cycles, the first rate, and the days?",
        "One cycle shows all 1.2 million images, 128 in each update. In the rule for the velocity, w has two "
        "factors: the decay and the learning rate.",
        f"Updates: {CYCLES} times 1,200,000 / 128. The rate is divided by 10 three times. The share is "
        "0.0005 times 0.01. Images per second: 90 times 1,200,000, divided by the seconds of five to six "
        "days.",
    ),
)

RESULTS = Exercise(
    question="Compute three numbers from the results in the abstract and section 6 of the paper.",
    answer="sheet",
    solution=f"sheet = (41.6, 900, {REACH:.4f})",
    shows="The gain of averaging five networks is more than three times as large as this reach.",
    kind=Sheet(
        {
            "errors_removed": Question(
                100 * (26.2 - 15.3) / 26.2,
                "The abstract states the top-5 error of the winning entry and that of the second.",
                {
                    "this is the difference in percentage points. Divide it by the errors of the "
                    "second.": 10.9,
                    "divide by the errors of the second entry, not by those of the winner.": 100
                    * 10.9
                    / 15.3,
                    "this is what remains of the errors. The share that was removed is asked for.": (
                        100 * 15.3 / 26.2
                    ),
                    "this compares the entries of 2010, in table 1. The contest of 2012 is asked for.": (
                        100 * (25.7 - 17.0) / 25.7
                    ),
                    "one network alone was not the winning entry. Its 18.2 % is on validation images.": (
                        100 * (26.2 - 18.2) / 26.2
                    ),
                },
                percent=True,
            ),
            "more_right": Question(
                0.018 * 50_000,
                "Table 2 has both validation errors, and section 2 the number of validation images.",
                {
                    "this is the difference in percentage points. Count the images.": 1.8,
                    "these are test images. The validation images are fewer (section 2).": 0.018 * 150_000,
                    "this is the top-1 error. The top-5 error is asked for.": 0.026 * 50_000,
                    "this compares with seven networks. Five are asked for.": 0.028 * 50_000,
                },
            ),
            "reach": Question(
                REACH,
                f"Take 1.96 standard errors of a share of 0.182 that was measured on {MEASURED:,} images.",
                {
                    "this is one standard error. An interval reaches 1.96 of them to each side.": REACH
                    / 1.96,
                    "this is the whole interval. How far it reaches to one side is asked for.": 2 * REACH,
                    "this is a share. It is asked for in percentage points.": REACH / 100,
                    "the root is missing: this is the variance.": 100 * 1.96 * 0.182 * 0.818 / MEASURED,
                    f"this takes all validation images. Take {MEASURED:,} of them.": (
                        100 * 1.96 * (0.182 * 0.818 / 50_000) ** 0.5
                    ),
                },
            ),
        }
    ),
    hints=(
        "On which images was each of these errors measured, and how many images are there?",
        "Removed: the difference of the two errors, divided by that of the second entry. For the interval, "
        "chapter 08 has the standard error of a mean; a share p is a mean of ones and zeros, whose standard "
        "deviation is the root of p * (1 - p).",
        "(26.2 - 15.3) / 26.2; then (18.2 - 16.4) hundredths of 50,000; then 1.96 times the root of "
        f"0.182 times 0.818 / {MEASURED:,}, in points.",
    ),
)

CLAIMS = Exercise(
    question="Which statements does the paper support?",
    answer="statements",
    solution='statements = {"a", "c", "e", "f"}',
    shows="What a paper does not claim is worth as much attention as what it claims.",
    kind=Statements(
        supported={
            "a": "What does section 5 say about weight decay and the error on the training images?",
            "c": "What does the beginning of section 3.3 say that rectifiers do not need?",
            "e": "What does section 6.1 say about the kernels of the two GPUs, and about other runs?",
            "f": "What does section 4.2 say about the network without dropout?",
        },
        unsupported={
            "b": "The rate was divided by hand, whenever the validation error stopped improving (section 5).",
            "d": "The discussion says that no unsupervised pre-training was used.",
            "g": "Section 2 subtracts the mean of the training images from each pixel, and nothing more.",
        },
    ),
    hints=(
        "For each statement, find the sentence of the paper that decides it. Sections 2 to 7 hold all of "
        "them.",
        "Three statements are contradicted by the paper: look at sections 2, 5 and 7.",
        "What the training did by hand, what it did without, and what is done to a pixel: these are the "
        "three "
        "statements that fail.",
    ),
)
