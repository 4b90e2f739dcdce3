using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// One party's encrypted slots modulo one prime: its own key pair, the peer's public key, and products of the peer's texts with its own values. All that the protocol needs of homomorphic encryption; tests put a
/// clear one in its place. Owned by one conversation.
/// </summary>
internal interface ISlotCipher : IDisposable
{
    /// <summary>t.</summary>
    ulong Modulus { get; }

    /// <summary>Slots per text.</summary>
    int Slots { get; }

    /// <summary>Exact bytes of a public key.</summary>
    int KeyBytes { get; }

    /// <summary>Exact bytes of an own text.</summary>
    int TextBytes { get; }

    /// <summary>Exact bytes of an answer.</summary>
    int AnswerBytes { get; }

    /// <summary>This party's public key, for the peer.</summary>
    ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Takes the peer's public key, once.</summary>
    Result<Unit> Accept(ReadOnlyMemory<byte> peerKey);

    /// <summary>Encrypts under this party's own key, for the peer to compute with; the peer learns nothing from it.</summary>
    Result<byte[][]> Encrypt(IReadOnlyList<ulong[]> texts);

    /// <summary>Takes a text of the peer: strictly checked, made ready for products.</summary>
    Result<ISlotText> Load(ReadOnlyMemory<byte> text);

    /// <summary>Makes own values ready for products.</summary>
    ISlotFactor Prepare(ulong[] values);

    /// <summary>
    /// Σ text·factor + mask under the peer's key, re-randomised and flooded: the peer, who decrypts it, learns the slots and nothing else. Without products it is an encryption of the mask.
    /// </summary>
    Result<byte[][]> Answer(IReadOnlyList<MaskedProducts> sums);

    /// <summary>Decrypts answers of the peer.</summary>
    Result<ulong[][]> Open(IReadOnlyList<ReadOnlyMemory<byte>> answers);
}

/// <summary>A text of the peer, ready for products.</summary>
internal interface ISlotText;

/// <summary>Own values, ready for products.</summary>
internal interface ISlotFactor;

/// <summary>One answer.</summary>
/// <param name="Products">Texts of the peer with own factors; may be empty.</param>
/// <param name="Mask">A value for every slot.</param>
internal sealed record MaskedProducts(IReadOnlyList<(ISlotText Text, ISlotFactor Factor)> Products, ulong[] Mask);
