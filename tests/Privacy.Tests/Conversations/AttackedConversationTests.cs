using System.Security.Cryptography;
using DataSpace.Privacy.Aggregation.Hidden;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Regression.Vertical.Scoring;
using DataSpace.Privacy.Tests.Aggregation;
using DataSpace.Privacy.Tests.Aggregation.Hidden;
using DataSpace.Privacy.Tests.Regression.Vertical;

namespace DataSpace.Privacy.Tests.Conversations;

/// <summary>
/// Somebody on the way attacks one message, each of a conversation in turn: whoever hears what is not due says nothing more, and nobody who waits has a result. Intersections, look-ups and horizontal models have such tests of
/// their own; here are the conversations that begin with intersections, and the one that places hidden groups.
/// </summary>
public sealed class AttackedConversationTests
{
    private const int Common = 60;
    private static readonly string[] Attacks = ["flip", "cut", "long", "repeat", "reflect", "earlier run", "swap", "another key"];
    private static readonly Kernel.Crypto.Ed25519Signer Attacker = Kernel.Crypto.Ed25519Signer.Generate();
    private static readonly ScoreRule Rule = new(IsProbability: true, 0.125m, -64, 128, null, [0.5m]);

    public static TheoryData<string> Kinds => ["logistic", "linear", "scores", "hidden groups"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_party_that_drops_out_at_any_message_leaves_whoever_waits_for_it_without_a_result(string kind)
    {
        var said = Honest(kind);
        foreach (var lost in Places(said.Count))
        {
            using var run = Make(kind);
            run.Pair.Converse((_, number, message) => number == lost ? [] : [message]);
            var first = !said[lost].FromFirst;
            Assert.False((first ? run.Pair.First : run.Pair.Second).IsComplete);
            Assert.False(run.HasResult(first));
        }
    }

    /// <summary>Every attack on each message of a short conversation; of a long one two on each, so that every attack meets many steps.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_not_the_message_that_is_due_ends_the_run(string kind)
    {
        var earlier = Honest(kind);
        foreach (var at in Places(earlier.Count))
        {
            foreach (var attack in earlier.Count < 20 ? Attacks : [Attacks[at % Attacks.Length], Attacks[(at + 3) % Attacks.Length]])
            {
                using var run = Make(kind);
                byte[]? held = null;
                var refused = run.Pair.Converse((fromFirst, number, message) => number == at ? Attacked(fromFirst, message) : number == at + 1 && held is not null ? [message, held] : [message]);
                // Held back with nothing behind it, a message is one that was dropped.
                if (attack == "swap" && refused is null)
                {
                    Assert.False((earlier[at].FromFirst ? run.Pair.Second : run.Pair.First).IsComplete);
                    continue;
                }

                Assert.True(refused is not null, $"{attack} of message {at}");
                if (run.Pair.Refuser is not { } refuser)
                    continue; // what was taken in made it unable to go on
                Assert.False(refuser.Next().IsOk);
                Assert.True(attack == "repeat" || !run.HasResult(refuser == run.Pair.First), $"{attack} of message {at}");

                IEnumerable<byte[]> Attacked(bool fromFirst, byte[] message)
                {
                    switch (attack)
                    {
                        case "flip":
                            message[RandomNumberGenerator.GetInt32(message.Length)] ^= (byte)(1 << RandomNumberGenerator.GetInt32(8));
                            return [message];
                        case "cut":
                            return [message[..^1]];
                        case "long":
                            return [[.. message, 0]];
                        case "repeat":
                            return [message, message];
                        case "reflect": // what its hearer said last
                            return [run.Pair.Said.FindLast(s => s.FromFirst != fromFirst).Message ?? []];
                        case "earlier run":
                            return [earlier[at].Message];
                        case "another key":
                            return [[.. message[..^64], .. Attacker.Sign(message.AsSpan(0, message.Length - 64))]];
                        default:
                            held = message;
                            return [];
                    }
                }
            }
        }
    }

    /// <summary>All messages, but for iterations in the middle of a training, which are like those before.</summary>
    private static IEnumerable<int> Places(int count) => Enumerable.Range(0, count).Where(at => at < 30 || at >= count - 30);

    private static List<(bool FromFirst, byte[] Message)> Honest(string kind)
    {
        using var run = Make(kind);
        Assert.Null(run.Pair.Converse());
        Assert.True(run.HasResult(true) && run.HasResult(false));
        return run.Pair.Said;
    }

    private static Run Make(string kind)
    {
        var random = new Random(11);
        double[] Column() => [.. Enumerable.Range(0, 80).Select(_ => random.NextDouble() - 0.5)];
        var (x, z) = (Column(), Column());
        double[] labels = [.. x.Zip(z, (a, b) => a + b + (0.4 * (random.NextDouble() - 0.5)) > 0 ? 1.0 : 0.0)];
        switch (kind)
        {
            case "hidden groups":
                var holder = GroupKeyHolder.Create(HiddenParties.Context(5)).Value;
                var asker = GroupAsker.Create(Scenario.Grant, HiddenParties.Context(5), ["a", "b"], "did:web:asker", HiddenParties.AskerSigner, HiddenParties.HolderSigner.PublicKey).Value;
                var held = holder.With(Scenario.Grant, "did:web:asker", HiddenParties.HolderSigner, HiddenParties.AskerSigner.PublicKey);
                return new Run(new ConversationPair(asker, held), first => first ? asker.Values.Count > 0 : held.IsComplete);
            case "scores":
                var terms = new AlignedScores(AlignedPairs.Alignment, new string('0', 64), 8, Rule);
                var (asks, answers) = (AlignedPairs.Scores(terms, isFirst: true, Common, i => i / 10.0), AlignedPairs.Scores(terms, isFirst: false, Common, i => -i / 10.0));
                return new Run(new ConversationPair(asks, answers), first => (first ? asks : answers).Outcome.IsOk);
            default:
                AlignedModel model = kind == "linear" ? new AlignedLinear(AlignedPairs.Alignment, 1, 1, 30, 0, 1) : new AlignedLogistic(AlignedPairs.Alignment, 1, 1, 30, 16, 12);
                var (a, b) = (AlignedPairs.Model(model, Common, x, labels), AlignedPairs.Model(model, Common, z, null));
                return new Run(new ConversationPair(a, b), first => (first ? a : b).Outcome.IsOk);
        }
    }

    private sealed record Run(ConversationPair Pair, Func<bool, bool> HasResult) : IDisposable
    {
        public void Dispose() => Pair.Dispose();
    }
}
