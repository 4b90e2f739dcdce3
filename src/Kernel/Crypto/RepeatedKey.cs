using System.Security.Cryptography;
using DataSpace.Kernel.Crypto.Edwards;

namespace DataSpace.Kernel.Crypto;

/// <summary>
/// Verifies many Ed25519 signatures by one key, several times as fast as one by one: multiples of the key and of the base point are made once, so that a signature costs 64
/// additions and no doubling, and many share one inversion. Every signature is judged alone, by RFC 8032's equation without a cofactor (section 5.1.7, step 3, and section 8.9):
/// what is accepted here <see cref="PublicKey.Verify"/> accepts; what is not is left for it to judge. For public data: time depends on the signatures. Immutable.
/// </summary>
/// <remarks>decisions/2026-11-30-many-signatures-by-one-key.md</remarks>
public sealed class RepeatedKey
{
    private const int SignatureBytes = 64;
    private readonly byte[] _key;
    private readonly PointMultiples _negated;

    private RepeatedKey(PublicKey key, in EdwardsPoint point) => (Key, _key, _negated) = (key, key.Raw.ToArray(), new PointMultiples(point.Negate()));

    /// <summary>The key.</summary>
    public PublicKey Key { get; }

    /// <summary>Prepares a key, in a few milliseconds and half a megabyte. Null where that is not possible: another algorithm, or a key that is no point of full order in its one encoding.</summary>
    public static RepeatedKey? TryPrepare(PublicKey key)
        => key.IsEd25519 && key.Raw.Length == EdwardsPoint.Bytes && EdwardsPoint.TryDecode(key.Raw.Span) is { IsOfSmallOrder: false } point ? new RepeatedKey(key, point) : null;

    /// <summary>Room for a number of signatures to verify together; for one thread at a time.</summary>
    public Group NewGroup(int capacity) => new(this, capacity);

    /// <summary>Signatures that share one inversion.</summary>
    public sealed class Group
    {
        private readonly RepeatedKey _key;
        private readonly EdwardsPoint[] _points;
        private readonly FieldElement[] _inverses;
        private readonly byte[] _commitments;
        private readonly int[] _numbers;
        private int _count;

        internal Group(RepeatedKey key, int capacity)
            => (_key, _points, _inverses, _commitments, _numbers) = (key, new EdwardsPoint[capacity], new FieldElement[capacity], new byte[capacity * EdwardsPoint.Bytes], new int[capacity]);

        /// <summary>Adds a signature under the caller's number for it.</summary>
        /// <param name="number">What <see cref="Finish"/> calls it.</param>
        /// <param name="message">What was signed: its parts, one after another.</param>
        /// <param name="signature">R ‖ S.</param>
        public void Add(int number, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        {
            if (signature.Length != SignatureBytes || !OrderScalar.IsReduced(signature[EdwardsPoint.Bytes..]))
                return;
            Span<byte> scalar = stackalloc byte[OrderScalar.Bytes];
            Span<short> digits = stackalloc short[OrderScalar.Bytes];
            _key.Challenge(message, signature[..EdwardsPoint.Bytes], scalar);
            OrderScalar.Digits(scalar, digits);
            var sum = _key._negated.AddMultiple(EdwardsPoint.Neutral, digits);
            OrderScalar.Digits(signature[EdwardsPoint.Bytes..], digits);
            _points[_count] = PointMultiples.OfBase.AddMultiple(sum, digits);
            _inverses[_count] = _points[_count].Z;
            signature[..EdwardsPoint.Bytes].CopyTo(_commitments.AsSpan(_count * EdwardsPoint.Bytes));
            _numbers[_count++] = number;
        }

        /// <summary>The numbers of the signatures that are accepted. Empties the group; good until the next signature is added.</summary>
        public ReadOnlySpan<int> Finish()
        {
            var inverses = _inverses.AsSpan(0, _count);
            PointMultiples.Invert(inverses);
            Span<byte> encoded = stackalloc byte[EdwardsPoint.Bytes];
            var accepted = 0;
            for (var i = 0; i < _count; i++)
            {
                (_points[i].Y * inverses[i]).Store(encoded);
                encoded[31] |= (byte)((_points[i].X * inverses[i]).IsOdd ? 0x80 : 0);
                // S·B − h·A must be R itself: its bytes, not only a point that eight times is the same.
                if (encoded.SequenceEqual(_commitments.AsSpan(i * EdwardsPoint.Bytes, EdwardsPoint.Bytes)))
                    _numbers[accepted++] = _numbers[i];
            }
            _count = 0;
            return _numbers.AsSpan(0, accepted);
        }
    }

    // SHA-512(R ‖ A ‖ M) modulo the group's order.
    private void Challenge(ReadOnlySpan<byte> message, ReadOnlySpan<byte> commitment, Span<byte> scalar)
    {
        const int StackLimitBytes = 2048;
        var length = 2 * EdwardsPoint.Bytes + message.Length;
        var text = length <= StackLimitBytes ? stackalloc byte[length] : new byte[length];
        commitment.CopyTo(text);
        _key.CopyTo(text[EdwardsPoint.Bytes..]);
        message.CopyTo(text[(2 * EdwardsPoint.Bytes)..]);
        Span<byte> digest = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(text, digest);
        OrderScalar.Reduce(digest, scalar);
    }
}
