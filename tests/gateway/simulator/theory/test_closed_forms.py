"""The closed forms against values that are printed in textbooks, or known for other reasons."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.simulator.theory.erlang import Endless, erlang_b, erlang_c
from gateway.simulator.theory.patience import Impatient
from gateway.simulator.theory.singleserver import Constant, mean_wait_s, spread_of_lognormal


@pytest.mark.parametrize(
    ("servers", "load", "lost"),
    [(1, 1, 1 / 2), (2, 2, 2 / 5), (5, 3, 0.110054), (10, 10, 0.214582), (20, 15, 0.0455931), (100, 100, 0.0757004)],
)
def test_the_share_that_is_lost_is_that_of_the_tables(servers, load, lost):
    assert erlang_b(servers, load) == pytest.approx(lost, rel=1e-5)


@pytest.mark.parametrize(
    ("servers", "load", "waits"), [(1, 0.7, 0.7), (2, 1, 1 / 3), (3, 2, 4 / 9), (10, 8, 0.409180), (3, 3, 1.0)]
)
def test_the_share_that_waits_is_that_of_the_tables(servers, load, waits):
    assert erlang_c(servers, load) == pytest.approx(waits, rel=1e-5)


def test_thousands_of_servers_lose_no_digit():
    # Of 1/B(c, a), the sum over k of c!/(c - k)! a^-k, in another order than the recursion.
    servers, load, term, total = 20_000, 19_900.0, 1.0, 1.0
    for step in range(servers):
        term *= (servers - step) / load
        total += term
    assert erlang_b(servers, load) == pytest.approx(1 / total, rel=1e-10)


def test_a_queue_of_one_server_is_that_of_the_textbook():
    # M/M/1 with a load of 0.8: L = 3.2 wait, for 3.2/λ.
    queue = Endless(arrivals=0.2, service_s=4, servers=1)
    assert queue.mean_wait_s == pytest.approx(16)
    assert queue.mean_queue == pytest.approx(3.2)
    assert queue.within(0) == pytest.approx(0.2)
    assert queue.quantile_s(0.95) == pytest.approx(20 * math.log(0.8 / 0.05))
    assert queue.within(queue.quantile_s(0.95)) == pytest.approx(0.95)
    assert queue.quantile_s(0.1) == 0


def test_a_load_that_is_too_large_has_no_end():
    queue = Endless(arrivals=1, service_s=2, servers=2)
    assert math.isinf(queue.mean_wait_s)
    assert math.isinf(queue.quantile_s(0.5))
    assert queue.within(1e9) == 0


def test_a_centre_with_fifty_agents_is_that_of_garnett_mandelbaum_and_reiman():
    # "Designing a call center with impatient customers" (2002): 48 calls a minute, a minute each, two of patience.
    patient = Endless(arrivals=0.8, service_s=60, servers=50)
    assert patient.mean_wait_s == pytest.approx(20.8, abs=0.05)
    assert patient.quantile_s(0.9) == pytest.approx(58.1, abs=0.05)
    impatient = Impatient(arrivals=0.8, service_s=60, servers=50, patience_s=120)
    assert impatient.abandoned_share == pytest.approx(0.031, abs=0.0005)
    assert impatient.utilisation == pytest.approx(0.93, abs=0.005)
    assert impatient.mean_queue == pytest.approx(3, abs=0.05)


@settings(max_examples=30)
@given(st.integers(1, 60), st.floats(0.1, 80))
def test_where_patience_is_as_long_as_service_the_number_present_is_poisson(servers, load):
    # Then everybody leaves at the same rate, served or not, as from endless servers.
    queue = Impatient(arrivals=load, service_s=1, servers=servers, patience_s=1)
    shares = [math.exp(-load + n * math.log(load) - math.lgamma(n + 1)) for n in range(servers + 400)]
    assert queue.waiting_share == pytest.approx(sum(shares[servers:]), rel=1e-9, abs=1e-12)
    assert queue.mean_queue == pytest.approx(
        sum((n - servers) * share for n, share in enumerate(shares) if n > servers), rel=1e-9, abs=1e-12
    )


@settings(max_examples=30)
@given(st.floats(0.05, 0.95), st.integers(1, 30), st.floats(0, 30))
@example(0.5, 1, 5e-324)
def test_endless_patience_is_no_impatience(utilisation, servers, wait_s):
    arrivals = utilisation * servers
    patient, impatient = Endless(arrivals, 1, servers), Impatient(arrivals, 1, servers, patience_s=1e7)
    assert impatient.mean_wait_s == pytest.approx(patient.mean_wait_s, rel=1e-3, abs=1e-9)
    assert impatient.within(wait_s) == pytest.approx(patient.within(wait_s), abs=1e-4)


def test_an_overload_that_nobody_waits_out_loses_what_is_too_much():
    queue = Impatient(arrivals=20, service_s=10, servers=50, patience_s=100)
    assert queue.abandoned_share == pytest.approx(0.75, abs=1e-6)
    assert queue.within(queue.quantile_s(0.9)) == pytest.approx(0.9)


def test_a_constant_service_halves_the_wait():
    queue = Constant(arrivals=0.2, service_s=4)
    assert queue.mean_wait_s == pytest.approx(8)
    assert queue.mean_queue == pytest.approx(1.6)
    assert mean_wait_s(0.2, 4, spread=1) == pytest.approx(Endless(0.2, 4, 1).mean_wait_s)
    assert math.isinf(mean_wait_s(0.25, 4, spread=0))


def test_a_lognormal_time_spreads_by_its_sigma():
    assert spread_of_lognormal(math.sqrt(math.log(2))) == pytest.approx(1)


@settings(max_examples=30)
@given(st.floats(0.05, 0.9), st.floats(0, 8))
def test_the_waits_of_a_constant_service_are_those_of_erlang(load, wait_s):
    # Erlang's own series has terms of both signs: good for short waits only.
    series = (1 - load) * sum(
        (load * (k - wait_s)) ** k / math.factorial(k) * math.exp(-load * (k - wait_s))
        for k in range(math.floor(wait_s) + 1)
    )
    assert Constant(load, 1).within(wait_s) == pytest.approx(series, abs=1e-9)


def test_long_waits_of_a_constant_service_add_up_to_their_mean():
    # The mean is the area above the distribution, also far out, where Erlang's series has lost all its digits.
    queue, step = Constant(0.95, 1), 0.05
    beyond = [1 - queue.within(step * (k + 0.5)) for k in range(3000)]
    assert math.fsum(beyond) * step == pytest.approx(queue.mean_wait_s, rel=1e-3)
    assert queue.within(queue.quantile_s(0.99)) == pytest.approx(0.99)


def test_a_full_server_has_no_distribution():
    with pytest.raises(ValueError, match="between 0 and 1"):
        Constant(0.25, 4)
