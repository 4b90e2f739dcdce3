using DataSpace.Privacy.Seal.Evaluation;

namespace DataSpace.Privacy.Seal;

/// <summary>
/// One set of BFV parameters with everything that the strict codec pins: ring degree, ciphertext and key moduli, plain modulus and SEAL's
/// parameter digests (<c>parms_id</c>, BLAKE2b-256, as serialized). A closed set: nobody can ask for parameters whose security and noise were not
/// measured. Moduli are SEAL's <c>BFVDefault</c> for 128-bit security; tests compare every constant with SEAL itself.
/// </summary>
public sealed class SealParameterSet
{
    private readonly Lazy<RnsRing> _ring;

    private SealParameterSet(string name, int degree, ulong plainModulus, ulong[] keyModuli, string keyParmsId, params string[] dataParmsIds)
    {
        (Name, Degree, PlainModulus) = (name, degree, plainModulus);
        // SEAL keeps the last modulus for key switching: ciphertexts live under the others, and lose the last of those with every switch.
        Levels = [.. dataParmsIds.Select((id, level) => new CiphertextLayout(degree, keyModuli[..^(1 + level)], Convert.FromHexString(id), isNtt: false))];
        PublicKey = new CiphertextLayout(degree, keyModuli, Convert.FromHexString(keyParmsId), isNtt: true);
        _ring = new Lazy<RnsRing>(() => new RnsRing(this, NttPaths.Best));
    }

    /// <summary>
    /// Secure aggregation, first plain modulus: 1,099,511,480,321, the largest batching prime below 2^40 for degree 4,096. Additions only:
    /// a fresh ciphertext has 25 bits of noise budget, 23 after 16 uniform contributions.
    /// </summary>
    public static SealParameterSet Aggregation1 { get; } = new(
        "bfv4k-t1", 4096, 1_099_511_480_321, Moduli4096,
        "1e5ddb5c2d0561081534885ae95fbdf7cf0958fee10b9de9ad3f750bfa20d19b",
        "a3fc8c45ad976a7ce685db7c20583c8c0305a5b0dda020f91dbc29f60a66207c");

    /// <summary>
    /// Secure aggregation, second plain modulus: 1,099,511,390,209, the next smaller batching prime. Sums of squares are recovered modulo the
    /// product (about 2^80) by the Chinese remainder theorem. Both are coprime to every ciphertext modulus, which have 36 and 37 bits.
    /// </summary>
    public static SealParameterSet Aggregation2 { get; } = new(
        "bfv4k-t2", 4096, 1_099_511_390_209, Moduli4096,
        "45b9d6fe946475b5d85770604b384a2e6ba0432803d2382397419ee46f2752fa",
        "369d247a76d06f3826475c08b5f2e4428c9870921f6238ab85b95403c854e33e");

    /// <summary>Degree 8,192 with a 20-bit plain modulus: the benchmark's parameters.</summary>
    public static SealParameterSet Bfv8k { get; } = new(
        "bfv8k", 8192, 1_032_193, Moduli8192,
        "6cc78de999e8ecf9618cfa48770a1b468ebdcb3e6068e488b8088c28e1b3fe75",
        "b6a1d21efc23ae23711b6487e148ae90a7f65600df1d61d75f5738f0ee43ced4");

    /// <summary>
    /// Products of ciphertexts and plaintexts (PSI-sum, regression), first plain modulus: 1,099,511,480,321, the largest batching prime below 2^40 for
    /// degree 8,192. Four ciphertext moduli, 174 bits: one multiply_plain leaves 84 to 87 bits of noise budget, 64 added products 81. Coprime to
    /// every ciphertext modulus; batching primes of 43 and 44 bits are not, and SEAL refuses them.
    /// </summary>
    public static SealParameterSet Products1 { get; } = new(
        "bfv8k-t1", 8192, 1_099_511_480_321, Moduli8192,
        "27a397cebf10b828112b2cf3a16d62de5af872d0c09f3ff0871ce22791f3522b",
        "c32b5a8522962d63cf630c5a6ac816992370bc8ffba67e720f9caca8760d6b98",
        "e36f636cab1df70ecb9d208cd7315dd9468c4ef02f19b2c3e6995900cfe968e3",
        "925e3d2b500dce214276c5b98e8cf112535ef5c38e954d1056a053b1482a169b");

    /// <summary>
    /// Products, second plain modulus: 1,099,510,890,497, the next smaller batching prime. Values modulo the product of both, about 2^80, follow by the Chinese
    /// remainder theorem.
    /// </summary>
    public static SealParameterSet Products2 { get; } = new(
        "bfv8k-t2", 8192, 1_099_510_890_497, Moduli8192,
        "9809533be810eaf6c6b5ee6fdc90d54e204b6dac041ea6ad5608ac1c890c5965",
        "45ba7c12dd9a3dea5e6c73ea34f1ff59201a34e35dc23074baebe01827a6f26f",
        "fb0aebb50cd1fe2dc527a82b0e7db73ddf5af4900ff2ef5d1b30c40fdf815341",
        "eb6f1c351d71eeccc68d593b23b733db91f580c40381f776c243088342c87845");

    /// <summary>
    /// Products, third plain modulus: 1,099,510,824,961, the batching prime below that. Values modulo the product of all three, about 2^120: shares of fractions with 42 bits
    /// can be multiplied and still be truncated.
    /// </summary>
    public static SealParameterSet Products3 { get; } = new(
        "bfv8k-t3", 8192, 1_099_510_824_961, Moduli8192,
        "e7a9cdab2322201c34fc10e1ce8d222ced5c232372d7ebfaeafd8f6dbdb80fb1",
        "87c9cd5ec33438964850c31d2368795ab376b36ed91208ad8ccb3455e3c37b71",
        "a212c0a45cb776de273a5d5b34440fd9a7a0d59daca510485883fa7dc109dbf2",
        "c34b986101c02c7658ed66810fb89cb4bf01b2f074006eb16202f9e20306c3d8");

    /// <summary>Every set there is.</summary>
    public static IReadOnlyList<SealParameterSet> All { get; } = [Aggregation1, Aggregation2, Bfv8k, Products1, Products2, Products3];

    /// <summary>Short name for messages and logs.</summary>
    public string Name { get; }

    /// <summary>Ring degree N = slots per ciphertext.</summary>
    public int Degree { get; }

    /// <summary>Plain modulus t, a prime with t ≡ 1 mod 2N.</summary>
    public ulong PlainModulus { get; }

    /// <summary>Exact serialized form of a ciphertext.</summary>
    public CiphertextLayout Ciphertext => Levels[0];

    /// <summary>
    /// Serialized forms by the number of primes that were switched away: fewer bytes, less room for noise. Entry 0 is <see cref="Ciphertext"/>; sets without
    /// products have no other.
    /// </summary>
    public IReadOnlyList<CiphertextLayout> Levels { get; }

    /// <summary>Whether ciphertexts of this set are multiplied with plaintexts and switched down.</summary>
    internal bool HasProducts => Levels.Count > 1;

    /// <summary>Exact serialized form of a public key (the same format, one modulus more, in NTT form).</summary>
    public CiphertextLayout PublicKey { get; }

    /// <summary>Arithmetic of this set in C#, made at first use.</summary>
    internal RnsRing Ring => _ring.Value;

    /// <summary>Whether each vector has <see cref="Degree"/> values below the plain modulus.</summary>
    internal bool AreSlots(IReadOnlyList<ulong[]> slots)
        => slots.All(vector => vector.Length == Degree && !vector.AsSpan().ContainsAnyExceptInRange(0UL, PlainModulus - 1));

    private static ulong[] Moduli4096 => [68_719_403_009, 68_719_230_977, 137_438_822_401];

    private static ulong[] Moduli8192 => [8_796_092_858_369, 8_796_092_792_833, 17_592_186_028_033, 17_592_185_438_209, 17_592_184_717_313];

    /// <inheritdoc />
    public override string ToString() => Name;
}
