using System.Security.Cryptography;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Wasm;

namespace DataSpace.Privacy.Tests.Seal;

public sealed class EngineTests(SealFixture seal)
{
    private static readonly SealParameterSet Set = SealParameterSet.Aggregation1;

    [Theory]
    [MemberData(nameof(ParameterTests.Sets), MemberType = typeof(ParameterTests))]
    public void What_is_encrypted_comes_back(string name)
    {
        var set = ParameterTests.Named(name);
        var keys = seal.Engine.GenerateKeys(set).Value;
        ulong[] extremes = [.. Enumerable.Range(0, set.Degree).Select(i => (i % 4) switch { 0 => 0UL, 1 => 1UL, 2 => set.PlainModulus - 1, _ => set.PlainModulus / 2 })];
        ulong[][] vectors = [new ulong[set.Degree], extremes, Uniform(set)];
        var ciphertexts = seal.Engine.Encrypt(set, keys.PublicKey, vectors).Value;
        Assert.All(ciphertexts, ciphertext => Assert.True(CiphertextCodec.Check(set, ciphertext).IsOk));
        Assert.Equal(vectors, seal.Engine.Decrypt(set, keys.SecretKey, ciphertexts).Value);
    }

    [Fact]
    public void Two_encryptions_of_one_value_differ()
    {
        var keys = seal.Engine.GenerateKeys(Set).Value;
        var both = seal.Engine.Encrypt(Set, keys.PublicKey, [new ulong[Set.Degree], new ulong[Set.Degree]]).Value;
        Assert.NotEqual(both[0], both[1]);
    }

    [Fact]
    public void Slots_of_wrong_length_or_range_are_refused()
    {
        var keys = seal.Engine.GenerateKeys(Set).Value;
        var tooLarge = new ulong[Set.Degree];
        tooLarge[^1] = Set.PlainModulus;
        Assert.Equal(PrivacyErrors.SlotRange, seal.Engine.Encrypt(Set, keys.PublicKey, [tooLarge]).Error!.Kind);
        Assert.Equal(PrivacyErrors.SlotRange, seal.Engine.Encrypt(Set, keys.PublicKey, [new ulong[Set.Degree - 1]]).Error!.Kind);
    }

    [Fact]
    public void A_SEAL_exception_becomes_a_code_without_text_and_the_instance_lives_on()
    {
        using var engine = SealFixture.NewEngine();
        var keys = engine.GenerateKeys(Set).Value;
        var good = engine.Encrypt(Set, keys.PublicKey, [new ulong[Set.Degree]]).Value[0];
        for (var offset = 0; offset < 110; offset += 5)
        {
            var bad = good.ToArray();
            bad[offset] ^= 0xff;
            if (engine.Encryption.Run(instance => instance.Reserialize(Set, bad)).Error is { } error)
            {
                Assert.Equal(PrivacyErrors.SealRefused, error.Kind);
                Assert.Null(error.Detail);
            }
        }

        Assert.Equal(good, engine.Encryption.Run(instance => instance.Reserialize(Set, good)).Value);
        Assert.Equal(1, engine.Encryption.InstancesCreated);
    }

    [Fact]
    public void Exceptions_leak_neither_handles_nor_heap()
    {
        using var engine = SealFixture.NewEngine();
        var keys = engine.GenerateKeys(Set).Value;
        var good = engine.Encrypt(Set, keys.PublicKey, [new ulong[Set.Degree]]).Value[0];
        var bad = good.ToArray();
        bad[16] ^= 1;
        engine.Encryption.Run(instance => instance.Reserialize(Set, bad));
        var (handles, heap) = engine.Encryption.Run(instance => (instance.LiveHandles, instance.HeapBytes)).Value;
        for (var i = 0; i < 500; i++)
            Assert.Equal(PrivacyErrors.SealRefused, engine.Encryption.Run(instance => instance.Reserialize(Set, bad)).Error!.Kind);
        Assert.Equal((handles, heap), engine.Encryption.Run(instance => (instance.LiveHandles, instance.HeapBytes)).Value);
        Assert.Equal(1, engine.Encryption.InstancesCreated);
    }

    [Fact]
    public void Handles_and_heap_stay_flat_over_a_thousand_operations()
    {
        using var engine = SealFixture.NewEngine();
        var keys = engine.GenerateKeys(Set).Value;
        var slots = Uniform(Set);
        (int, long, int, long) Sample() => (
            engine.Encryption.Run(instance => instance.LiveHandles).Value,
            engine.Encryption.Run(instance => instance.HeapBytes).Value,
            engine.Secrets.Run(instance => instance.LiveHandles).Value,
            engine.Secrets.Run(instance => instance.HeapBytes).Value);
        void Cycle()
        {
            var ciphertext = engine.Encrypt(Set, keys.PublicKey, [slots]).Value[0];
            Assert.NotEmpty(engine.Encryption.Run(instance => instance.Add(Set, ciphertext, ciphertext)).Value);
            Assert.Equal(slots, engine.Decrypt(Set, keys.SecretKey, [ciphertext]).Value[0]);
        }

        for (var i = 0; i < 5; i++)
            Cycle();
        var before = Sample();
        for (var i = 0; i < 120; i++)
            Cycle(); // 120 × (encode, encrypt, load, load, add, save, load, decrypt, decode): 1,080 operations; one that leaks anything is seen after the first
        for (var i = 0; i < 10; i++)
            Assert.True(engine.GenerateKeys(Set).IsOk);
        Assert.Equal(before, Sample());
    }

    /// <summary>
    /// Counted are calls into SEAL that make, fill, read and delete C++ objects: 100,000 of them, each of which makes a plaintext, asks it something and deletes it. They are cheap, so that this takes
    /// seconds; the dear ones are in the test above.
    /// </summary>
    [Fact]
    public void Handles_and_heap_stay_flat_over_a_hundred_thousand_operations()
    {
        using var engine = SealFixture.NewEngine();
        engine.Encryption.Run(instance => instance.ObjectsMadeAndDeleted(Set, 100));
        var before = engine.Encryption.Run(instance => (instance.LiveHandles, instance.HeapBytes)).Value;
        Assert.Equal(100_000, engine.Encryption.Run(instance => instance.ObjectsMadeAndDeleted(Set, 100_000)).Value);
        Assert.Equal(before, engine.Encryption.Run(instance => (instance.LiveHandles, instance.HeapBytes)).Value);
        Assert.Equal(1, engine.Encryption.InstancesCreated);
    }

    [Fact]
    public async Task Two_callers_work_in_two_stores_at_once()
    {
        using var engine = new WasmSealEngine(new WasmSealOptions { CacheDirectory = SealFixture.CacheDirectory, ParallelStores = 2 });
        using var both = new Barrier(2);
        // Each waits inside its operation for the other: with one store this would never end.
        var callers = Enumerable.Range(0, 2).Select(_ => Task.Run(() => engine.Encryption.Run(instance =>
        {
            Assert.True(both.SignalAndWait(TimeSpan.FromMinutes(1)));
            return instance;
        }).Value)).ToArray();
        Assert.Equal(2, (await Task.WhenAll(callers)).Distinct().Count());
        Assert.Equal(2, engine.Encryption.InstancesCreated);
        for (var i = 0; i < 20; i++)
            Assert.True(engine.Encryption.Run(instance => instance.LiveHandles).IsOk);
        Assert.Equal(2, engine.Encryption.InstancesCreated);
    }

    [Fact]
    public void A_failing_random_generator_aborts_the_operation()
    {
        var failing = false;
        using var engine = new WasmSealEngine(
            new WasmSealOptions { CacheDirectory = SealFixture.CacheDirectory },
            target =>
            {
                if (failing)
                    throw new CryptographicException("no entropy");
                RandomNumberGenerator.Fill(target);
            });
        var keys = engine.GenerateKeys(Set).Value;
        failing = true;
        Assert.Equal(PrivacyErrors.SealTrapped, engine.Encrypt(Set, keys.PublicKey, [new ulong[Set.Degree]]).Error!.Kind);
        Assert.Equal(PrivacyErrors.SealTrapped, engine.GenerateKeys(Set).Error!.Kind);
        failing = false;
        Assert.True(engine.Encrypt(Set, keys.PublicKey, [new ulong[Set.Degree]]).IsOk);
        Assert.Equal(2, engine.Encryption.InstancesCreated); // the trapped instance was not used again
    }

    [Fact]
    public void Nothing_is_loaded_before_the_first_use_and_trim_gives_it_back()
    {
        using var engine = SealFixture.NewEngine();
        Assert.False(engine.IsLoaded);
        var keys = engine.GenerateKeys(Set).Value;
        Assert.True(engine.IsLoaded);
        Assert.Equal(0, engine.Encryption.InstancesCreated); // key generation does not touch the store of remote keys
        engine.Trim();
        Assert.True(engine.Encrypt(Set, keys.PublicKey, [new ulong[Set.Degree]]).IsOk);
        Assert.Equal(1, engine.Secrets.InstancesCreated);
    }

    [Fact]
    public async Task Parallel_callers_get_right_answers()
    {
        var keys = seal.Engine.GenerateKeys(Set).Value;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            var slots = Uniform(Set);
            var ciphertexts = seal.Engine.Encrypt(Set, keys.PublicKey, [slots]).Value;
            Assert.Equal(slots, seal.Engine.Decrypt(Set, keys.SecretKey, ciphertexts).Value[0]);
        })));
    }

    [Fact]
    public void A_store_above_its_heap_limit_is_replaced()
    {
        using var engine = new WasmSealEngine(new WasmSealOptions { CacheDirectory = SealFixture.CacheDirectory, LargestHeapBytes = 1 });
        Assert.True(engine.GenerateKeys(Set).IsOk);
        Assert.True(engine.GenerateKeys(Set).IsOk);
        Assert.Equal(2, engine.Secrets.InstancesCreated);
    }

    internal static ulong[] Uniform(SealParameterSet set)
    {
        using var stream = DataSpace.Privacy.Aggregation.MaskStream.Fresh();
        var slots = new ulong[set.Degree];
        stream.Fill(slots, set.PlainModulus);
        return slots;
    }
}
