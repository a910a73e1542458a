//! Many runs: replications, comparisons, statistics. One machine's cores.
