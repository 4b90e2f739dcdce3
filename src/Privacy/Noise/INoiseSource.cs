namespace DataSpace.Privacy.Noise;

/// <summary>Random bytes for noise. Every implementation of this room is a cryptographic generator; not safe for concurrent use.</summary>
internal interface INoiseSource
{
    /// <summary>Fills <paramref name="target"/> with the next bytes.</summary>
    void Fill(Span<byte> target);
}
