using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Wasm;
using Xunit;

namespace DataSpace.Privacy.Tests.Seal;

public sealed class SealFuelTests
{
    /// <summary>Another module needs another count: tests/Benchmarks -- --job seal.</summary>
    [Fact]
    public void The_table_was_counted_on_the_module_that_runs()
        => Assert.Equal(SealModuleFile.ExpectedSha256, SealFuel.CountedOn);

    [Fact]
    public void Every_operation_counts_by_what_it_is_asked_and_not_by_what_comes_of_it()
    {
        foreach (var set in SealParameterSet.All)
        {
            Assert.True(set.Degree is 4096 or 8192, "a degree that the table does not have");
            using var metered = new MeteredSealEngine(new Refusing());
            var (slots, keys) = (new ulong[set.Degree], new SealKeyPair([], []));
            metered.GenerateKeys(set);
            metered.Encrypt(set, [], [slots, slots, slots]);
            metered.EncryptSymmetric(set, keys, [slots]);
            metered.Decrypt(set, [], [[], []]);
            Assert.Equal(SealFuel.KeyPair(set) + 3 * SealFuel.Encrypt(set, 1) + SealFuel.EncryptSymmetric(set, 1) + 2 * SealFuel.Decrypt(set, 1), metered.Fuel);
            Assert.All((long[])[SealFuel.KeyPair(set), SealFuel.Encrypt(set, 1), SealFuel.EncryptSymmetric(set, 1), SealFuel.Decrypt(set, 1)], fuel => Assert.InRange(fuel, 1, 1000));
        }
    }

    private sealed class Refusing : ISealEngine
    {
        public Result<SealKeyPair> GenerateKeys(SealParameterSet set) => PrivacyErrors.SealRefused.Of();

        public Result<IReadOnlyList<byte[]>> Encrypt(SealParameterSet set, byte[] publicKey, IReadOnlyList<ulong[]> slots) => PrivacyErrors.SealRefused.Of();

        public Result<IReadOnlyList<byte[]>> EncryptSymmetric(SealParameterSet set, SealKeyPair keys, IReadOnlyList<ulong[]> slots) => PrivacyErrors.SealRefused.Of();

        public Result<IReadOnlyList<ulong[]>> Decrypt(SealParameterSet set, byte[] secretKey, IReadOnlyList<byte[]> ciphertexts, int switchedDown = 0) => PrivacyErrors.SealRefused.Of();

        public void Trim()
        {
        }

        public void Dispose() => throw new InvalidOperationException("the engine is shared");
    }
}
