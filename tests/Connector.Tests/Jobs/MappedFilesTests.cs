using DataSpace.Connector.Jobs;

namespace DataSpace.Connector.Tests.Jobs;

/// <summary>Pages that are given back are those that nobody can have written: whatever else is let go of comes back as the file has it.</summary>
public sealed class MappedFilesTests
{
    [Theory]
    [InlineData("7f0a10000000-7f0a10002000 r--s 00000000 08:01 17    /app/MassTransit.dll", 0x2000)]
    [InlineData("7f0a10000000-7f0a10005000 r-xp 00001000 08:01 17    /app/libwasmtime.so", 0x5000)]
    [InlineData("7f0a10000000-7f0a10002000 rw-s 00000000 08:01 17    /app/MassTransit.dll", 0)] // may have been written
    [InlineData("7f0a10000000-7f0a10002000 r--p 00000000 08:01 17    /app/MassTransit.dll", 0)] // of its own: relocations
    [InlineData("7f0a10000000-7f0a10002000 r--s 00000000 00:01 17    /memfd:doublemapper (deleted)", 0)]
    [InlineData("7f0a10000000-7f0a10002000 r--s 00000000 08:01 17    /node/state.db-shm", 0)]
    [InlineData("7f0a10000000-7f0a10002000 r--p 00001000 08:01 17    /app/libwasmtime.so", 0)] // its tables are relocated
    [InlineData("7f0a10000000-7f0a10002000 r-xp 00001000 08:01 17    /cache/seal.cwasm", 0)]
    [InlineData("7f0a10002000-7f0a10000000 r--s 00000000 08:01 17    /app/MassTransit.dll", 0)]
    [InlineData("no mapping r--s  x.dll", 0)]
    public void Only_what_is_never_written_is_let_go_of(string mapping, int length) => Assert.Equal((nuint)length, MappedFiles.Clean(mapping).Length);

    [Fact]
    public void What_was_let_go_of_is_there_again_at_a_touch()
    {
        MappedFiles.LetGo();
        Assert.Contains(typeof(MappedFiles).Assembly.GetTypes(), t => t.GetMethods().Length > 3);
        Assert.NotNull(typeof(Microsoft.EntityFrameworkCore.DbContext).GetMethod("SaveChanges", []));
    }
}
