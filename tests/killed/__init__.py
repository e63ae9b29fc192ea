"""``apachestaple fix``, killed by the kernel at each of its system calls that write."""
