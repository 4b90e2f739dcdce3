namespace DataSpace.Privacy.Seal;

/// <summary>
/// One set of BFV parameters with everything that the strict codec pins: ring degree, ciphertext and key moduli, plain modulus and SEAL's
/// parameter digests (<c>parms_id</c>, BLAKE2b-256, as serialized). A closed set: nobody can ask for parameters whose security and noise were not
/// measured. Moduli are SEAL's <c>BFVDefault</c> for 128-bit security; tests compare every constant with SEAL itself.
/// </summary>
public sealed class SealParameterSet
{
    private SealParameterSet(string name, int degree, ulong plainModulus, ulong[] keyModuli, string keyParmsId, string dataParmsId)
    {
        (Name, Degree, PlainModulus) = (name, degree, plainModulus);
        // SEAL keeps the last modulus for key switching: ciphertexts live under the others.
        Ciphertext = new CiphertextLayout(degree, keyModuli[..^1], Convert.FromHexString(dataParmsId), isNtt: false);
        PublicKey = new CiphertextLayout(degree, keyModuli, Convert.FromHexString(keyParmsId), isNtt: true);
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

    /// <summary>Short name for messages and logs.</summary>
    public string Name { get; }

    /// <summary>Ring degree N = slots per ciphertext.</summary>
    public int Degree { get; }

    /// <summary>Plain modulus t, a prime with t ≡ 1 mod 2N.</summary>
    public ulong PlainModulus { get; }

    /// <summary>Exact serialized form of a ciphertext.</summary>
    public CiphertextLayout Ciphertext { get; }

    /// <summary>Exact serialized form of a public key (the same format, one modulus more, in NTT form).</summary>
    public CiphertextLayout PublicKey { get; }

    private static ulong[] Moduli4096 => [68_719_403_009, 68_719_230_977, 137_438_822_401];

    private static ulong[] Moduli8192 => [8_796_092_858_369, 8_796_092_792_833, 17_592_186_028_033, 17_592_185_438_209, 17_592_184_717_313];

    /// <inheritdoc />
    public override string ToString() => Name;
}
