using System.Buffers.Binary;

namespace DataSpace.Sandbox.Process;

/// <summary>
/// The system calls that the worker may make, as a classic BPF program for <c>bwrap --seccomp</c> (x86-64). An allow-list, found by tracing the
/// worker over every operation and format; what is not on it fails with EPERM, a foreign architecture or the x32 table kills.
/// </summary>
internal static class SeccompFilter
{
    private const uint ArchX64 = 0xC000_003E;
    private const uint X32Bit = 0x4000_0000;
    private const uint KillProcess = 0x8000_0000;
    private const uint Allow = 0x7FFF_0000;
    private const uint Errno = 0x0005_0000;
    private const uint EPerm = 1;
    private const uint ENoSys = 38;

    private const uint OffsetNumber = 0;
    private const uint OffsetArch = 4;
    private const uint OffsetArgs = 16;

    // Opcodes of linux/bpf_common.h: BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_JMP|JSET|K, BPF_RET|K.
    private const ushort Load = 0x20;
    private const ushort JumpEqual = 0x15;
    private const ushort JumpAtLeast = 0x35;
    private const ushort JumpAnyBit = 0x45;
    private const ushort Return = 0x06;

    private const uint CloneThread = 0x0001_0000;
    private const uint OpenForWriting = 0x1 | 0x2 | 0x40 | 0x200 | 0x400; // O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND
    private const uint PrSetName = 15;
    private const uint PrSetVma = 0x53564D41;

    private const uint SysOpen = 2;
    private const uint SysClone = 56;
    private const uint SysPrctl = 157;
    private const uint SysOpenat = 257;
    private const uint SysPrlimit = 302;
    private const uint SysClone3 = 435;

    /// <summary>Calls allowed with any arguments, by x86-64 number.</summary>
    private static readonly uint[] Allowed =
    [
        0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, // read write close stat fstat lstat poll lseek mmap mprotect munmap brk
        13, 14, 15, 17, 19, 20, // rt_sigaction rt_sigprocmask rt_sigreturn pread64 readv writev
        21, 24, 25, 28, 35, 39, // access sched_yield mremap madvise nanosleep getpid
        59, 60, 61, 63, 73, 79, 89, // execve exit wait4 uname flock getcwd readlink; execve: only what the read-only view shows
        96, 97, 98, 99, 102, 104, 107, 108, 110, // gettimeofday getrlimit getrusage sysinfo get[e][ug]id getppid
        131, 137, 138, 158, 186, 201, 202, 204, // sigaltstack statfs fstatfs arch_prctl gettid time futex sched_getaffinity
        217, 218, 219, 221, 228, 229, 230, 231, 234, 239, // getdents64 set_tid_address restart_syscall fadvise64 clock_* exit_group tgkill get_mempolicy
        262, 267, 269, 271, 273, 293, 309, 318, 324, 332, 334, 439, // newfstatat readlinkat faccessat ppoll set_robust_list pipe2 getcpu getrandom membarrier statx rseq faccessat2
        72, // fcntl: duplicates and flags of own descriptors
    ];

    /// <summary>The program in the kernel's layout: 8 bytes per instruction.</summary>
    public static byte[] Build()
    {
        var program = new List<(ushort Code, byte True, byte False, uint Value)>
        {
            (Load, 0, 0, OffsetArch),
            (JumpEqual, 1, 0, ArchX64),
            (Return, 0, 0, KillProcess),
            (Load, 0, 0, OffsetNumber),
            (JumpAtLeast, 0, 1, X32Bit),
            (Return, 0, 0, KillProcess),
        };

        foreach (var number in Allowed)
        {
            program.Add((JumpEqual, 0, 1, number));
            program.Add((Return, 0, 0, Allow));
        }

        // A new thread is allowed, a new process or namespace is not; glibc falls back from clone3 (whose flags a filter cannot read) to clone.
        AddChecked(program, SysClone, argument: 0, JumpAnyBit, CloneThread, allowWhenTrue: true);
        program.Add((JumpEqual, 0, 1, SysClone3));
        program.Add((Return, 0, 0, Errno | ENoSys));
        AddChecked(program, SysOpen, argument: 1, JumpAnyBit, OpenForWriting, allowWhenTrue: false);
        AddChecked(program, SysOpenat, argument: 2, JumpAnyBit, OpenForWriting, allowWhenTrue: false);
        AddPrlimitReadOnly(program);
        AddPrctl(program);
        program.Add((Return, 0, 0, Errno | EPerm));
        return Serialize(program);
    }

    private static void AddChecked(
        List<(ushort, byte, byte, uint)> program, uint number, uint argument, ushort test, uint value, bool allowWhenTrue)
    {
        program.Add((JumpEqual, 0, 4, number));
        program.Add((Load, 0, 0, OffsetArgs + (8 * argument)));
        program.Add((test, (byte)(allowWhenTrue ? 0 : 1), (byte)(allowWhenTrue ? 1 : 0), value));
        program.Add((Return, 0, 0, Allow));
        program.Add((Return, 0, 0, Errno | EPerm));
    }

    /// <summary>Reading limits is allowed, setting them is not: the pointer to the new limit must be null in both halves.</summary>
    private static void AddPrlimitReadOnly(List<(ushort, byte, byte, uint)> program)
    {
        const uint newLimit = OffsetArgs + (8 * 2);
        program.Add((JumpEqual, 0, 6, SysPrlimit));
        program.Add((Load, 0, 0, newLimit));
        program.Add((JumpEqual, 0, 3, 0));
        program.Add((Load, 0, 0, newLimit + 4));
        program.Add((JumpEqual, 0, 1, 0));
        program.Add((Return, 0, 0, Allow));
        program.Add((Return, 0, 0, Errno | EPerm));
    }

    private static void AddPrctl(List<(ushort, byte, byte, uint)> program)
    {
        program.Add((JumpEqual, 0, 5, SysPrctl));
        program.Add((Load, 0, 0, OffsetArgs));
        program.Add((JumpEqual, 1, 0, PrSetName));
        program.Add((JumpEqual, 0, 1, PrSetVma));
        program.Add((Return, 0, 0, Allow));
        program.Add((Return, 0, 0, Errno | EPerm));
    }

    private static byte[] Serialize(List<(ushort Code, byte True, byte False, uint Value)> program)
    {
        var bytes = new byte[program.Count * 8];
        for (var i = 0; i < program.Count; i++)
        {
            var at = bytes.AsSpan(i * 8, 8);
            BinaryPrimitives.WriteUInt16LittleEndian(at, program[i].Code);
            at[2] = program[i].True;
            at[3] = program[i].False;
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], program[i].Value);
        }

        return bytes;
    }
}
