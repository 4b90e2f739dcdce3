using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using Xunit;

namespace DataSpace.Kernel.Tests.Crypto;

/// <summary>What is computed in our own way for speed gives the platform's bytes, at every length.</summary>
public sealed class ShortHashTests
{
    [Fact]
    public void Eight_hashes_at_once_are_those_of_the_platform_at_every_length_and_number()
    {
        for (var length = 0; length <= Sha256Lanes.MaxMessageBytes; length++)
        {
            // Lanes of different lengths, and not all of them in use.
            var lengths = Enumerable.Range(0, 1 + length % Sha256Lanes.Lanes).Select(lane => (length + 37 * lane) % (Sha256Lanes.MaxMessageBytes + 1)).ToArray();
            var messages = new byte[Sha256Lanes.Lanes * Sha256Lanes.Stride];
            for (var lane = 0; lane < lengths.Length; lane++)
                RandomNumberGenerator.Fill(messages.AsSpan(lane * Sha256Lanes.Stride, lengths[lane]));
            var expected = lengths.SelectMany((l, lane) => SHA256.HashData(messages.AsSpan(lane * Sha256Lanes.Stride, l))).ToArray();
            var digests = new byte[expected.Length];
            Sha256Lanes.Hash(messages, lengths, digests);
            Assert.Equal(expected, digests);
        }
    }

    [Fact]
    public void Codes_are_those_of_the_platform()
    {
        for (var length = 1; length <= Sha256Lanes.MaxHmacMessageBytes; length++)
        {
            var (key, messages) = (RandomNumberGenerator.GetBytes(1 + length % 64), RandomNumberGenerator.GetBytes(length * (1 + length % Sha256Lanes.Lanes)));
            var expected = messages.Chunk(length).SelectMany(m => HMACSHA256.HashData(key, m)).ToArray();
            var codes = new byte[expected.Length];
            Sha256Lanes.Hmac(key, messages, length, codes);
            Assert.Equal(expected, codes);
        }
        for (var length = 0; length <= ShortHmac.MaxMessageBytes; length++)
        {
            var (key, message, code) = (RandomNumberGenerator.GetBytes(length % 65), RandomNumberGenerator.GetBytes(length), new byte[32]);
            ShortHmac.Compute(key, message, code);
            Assert.Equal(HMACSHA256.HashData(key, message), code);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => ShortHmac.Compute(new byte[65], [], new byte[32]));
    }

    /// <summary>Either library opens what the other one sealed, and neither opens anything that was changed.</summary>
    [Fact]
    public void Sealed_texts_are_the_same_by_either_library()
    {
        Assert.True(Aes256Gcm.UsesSodium); // shipped with these tests
        for (var length = 0; length < 300; length += 13)
        {
            var (key, nonce, plain, associated) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(12), RandomNumberGenerator.GetBytes(length), RandomNumberGenerator.GetBytes(length % 40));
            var (ours, platform, opened) = (new byte[length + 16], new byte[length + 16], new byte[length]);
            Aes256Gcm.Encrypt(key, nonce, plain, associated, ours);
            Aes256Gcm.EncryptByPlatform(key, nonce, plain, associated, platform);
            Assert.Equal(platform, ours);
            Assert.True(Aes256Gcm.TryDecrypt(key, nonce, ours, associated, opened));
            Assert.Equal(plain, opened);
            Assert.True(Aes256Gcm.TryDecryptByPlatform(key, nonce, ours, associated, opened));
            foreach (var changed in (byte[][])[key, nonce, ours, associated])
            {
                if (changed.Length == 0)
                    continue;
                changed[^1] ^= 1;
                Assert.False(Aes256Gcm.TryDecrypt(key, nonce, ours, associated, opened));
                Assert.False(Aes256Gcm.TryDecryptByPlatform(key, nonce, ours, associated, opened));
                changed[^1] ^= 1;
            }
            Assert.False(Aes256Gcm.TryDecrypt(key, nonce, ours.AsSpan(..15), associated, []));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => Aes256Gcm.Encrypt(new byte[31], new byte[12], [], [], new byte[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Aes256Gcm.TryDecrypt(new byte[32], new byte[11], new byte[16], [], []));
    }
}
