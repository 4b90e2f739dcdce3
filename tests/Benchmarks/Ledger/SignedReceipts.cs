using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Benchmarks.Ledger;

/// <summary>Receipts signed by one consumer, each different.</summary>
internal static class SignedReceipts
{
    private const int Count = 8192;
    private static readonly Ed25519Signer Signer = Ed25519Signer.Generate();

    /// <summary>The consumer's key.</summary>
    public static PublicKey Consumer => Signer.PublicKey;

    /// <summary>The receipts.</summary>
    public static IReadOnlyList<ReceiptPayload> All { get; } = [.. Enumerable.Range(0, Count).Select(i =>
        ReceiptPayload.SignAsConsumer(Hex("grant", i), Hex("report", i), Hex("result", i), Hex("job", i), "did:web:consumer.example", Signer))];

    private static string Hex(string what, int number)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what + number.ToString(CultureInfo.InvariantCulture))));
}
