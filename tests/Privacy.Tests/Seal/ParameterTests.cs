using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Tests.Seal;

public sealed class ParameterTests(SealFixture seal)
{
    public static TheoryData<string> Sets => [.. SealParameterSet.All.Select(set => set.Name)];

    public static SealParameterSet Named(string name) => SealParameterSet.All.Single(set => set.Name == name);

    [Theory]
    [MemberData(nameof(Sets))]
    public void Pinned_constants_are_what_SEAL_derives(string name)
    {
        var set = Named(name);
        var facts = seal.Engine.Secrets.Run(instance => instance.Describe(set.Degree, set.PlainModulus)).Value;
        Assert.NotNull(facts);
        var keys = seal.Engine.Secrets.Run(instance => instance.GenerateKeys(set)).Value;
        var ciphertext = seal.Engine.Encryption.Run(instance => instance.Encrypt(set, keys.PublicKey, [new ulong[set.Degree]])).Value[0];

        Assert.Equal(facts.KeyModuli, set.PublicKey.Moduli);
        Assert.Equal(facts.KeyModuli.SkipLast(1), set.Ciphertext.Moduli);
        Assert.Equal(set.PublicKey.Prefix.ToArray(), keys.PublicKey[..CiphertextLayout.DataOffset]);
        Assert.Equal(set.Ciphertext.Prefix.ToArray(), ciphertext[..CiphertextLayout.DataOffset]);
        foreach (var level in set.Levels.Skip(1))
        {
            ciphertext = seal.Engine.Encryption.Run(instance => instance.SwitchDown(set, ciphertext)).Value;
            Assert.Equal(level.Prefix.ToArray(), ciphertext[..CiphertextLayout.DataOffset]);
            Assert.Equal(level.TotalBytes, ciphertext.Length);
            Assert.Equal(facts.KeyModuli.Take(level.Moduli.Count), level.Moduli);
        }

        Assert.Equal(set.PublicKey.TotalBytes, keys.PublicKey.Length);
        Assert.Equal(set.Levels[^1].TotalBytes, ciphertext.Length);
    }
}
