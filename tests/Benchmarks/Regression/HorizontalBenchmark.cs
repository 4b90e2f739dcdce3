using System.Globalization;
using System.Security.Cryptography;
using DataSpace.Benchmarks.Space;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Regression.Horizontal;
using DataSpace.Privacy.Seal;

namespace DataSpace.Benchmarks.Regression;

/// <summary>Masks among five owners, and one round of a Poisson model over the sample's three hospitals: rows, masks, sealing, adding and the step, beside the same round in the clear.</summary>
internal static class HorizontalBenchmark
{
    private const int Values = 65_536;
    private const int Masked = 5;
    private const double MaskMilliseconds = 10;
    private const int Repeats = 9;
    private static readonly string[] Hospitals = ["hospital-a", "hospital-b", "hospital-c"];

    public static void Run(TextWriter output)
    {
        Masks(output);
        DoubleMasks(output);
        Rounds(output);
    }

    private static void Masks(TextWriter output)
    {
        var values = new UInt128[Values];
        var keys = Enumerable.Range(0, Masked).Select(_ => RandomNumberGenerator.GetBytes(32)).ToArray();
        var masked = Median(() => RingMasks.Apply<UInt128>(values, 2, Masked, (peer, target) =>
        {
            using var stream = new MaskStream(keys[peer]);
            stream.Fill(target);
        }));
        using var aes = Aes.Create();
        aes.SetKey(keys[0]);
        var (blocks, cipher) = (new byte[Values * 16], new byte[Values * 16]);
        var bare = Median(() =>
        {
            for (var peer = 1; peer < Masked; peer++)
                aes.EncryptEcb(blocks, cipher, PaddingMode.None);
        });
        Report.Line(output, $"masks of {Values:N0} numbers of 128 bits, {Masked} owners: {masked:F2} ms per owner; AES alone over as many bytes {bare:F2} ms, ratio {masked / bare:F1}");
        Report.AtMost(output, "masks for 65,536 values among 5, per owner", masked, MaskMilliseconds, " ms");
    }

    /// <summary>Of a joint statistic that may go on without owners: four masks shared with others, and the owner's own.</summary>
    private static void DoubleMasks(TextWriter output)
    {
        var modulus = SealParameterSet.Aggregation1.PlainModulus;
        var (values, own) = (new ulong[Values], new ulong[Values]);
        var keys = Enumerable.Range(0, Masked).Select(_ => RandomNumberGenerator.GetBytes(32)).ToArray();
        void Fill(int of, Span<ulong> target)
        {
            using var stream = new MaskStream(keys[of]);
            stream.Fill(target, modulus);
        }

        var masked = Median(() =>
        {
            PairwiseMasks.Apply(values, modulus, 2, Masked, Fill);
            Fill(2, own);
            PairwiseMasks.Add(values, own, modulus);
        });
        Report.AtMost(output, "double masks for 65,536 values among 5, per owner", masked, MaskMilliseconds, " ms");
    }

    private static void Rounds(TextWriter output)
    {
        var design = HorizontalDesign.Create(
            HorizontalModel.Poisson, new("mdvis", 0, 0, 100),
            [new("lncoins", 6, 0, 5_000_000), new("idp", 0, 0, 1), new("lpi", 6, 0, 8_000_000), new("fmde", 6, 0, 9_000_000), new("physlm", 7, 0, 10_000_000), new("disea", 6, 0, 60_000_000), new("health", 0, 0, 1, ["good", "fair", "poor"])],
            intercept: true, ridge: 0, rounds: 8, Hospitals.Length, minimum: 5, maxRows: 100_000).Value;
        var rows = Hospitals.Select(h => Read(design, h)).ToList();
        var start = ThreadClock.Microseconds();
        var model = Fit(design, rows);
        var joint = (ThreadClock.Microseconds() - start) / 1e6;
        if (!model.HasConverged)
            throw new BenchmarkException("the model did not converge");
        var weights = new double[design.Width];
        // The same sums in plain doubles over all rows at once, eight rounds of them.
        var clear = Median(() =>
        {
            for (var round = 0; round < design.Rounds; round++)
                Plain(design, rows, weights);
        }) / 1e3;
        Report.Line(output, $"{rows.Sum(r => r.Count):N0} rows of {design.Width} weights, {Hospitals.Length} owners and the analyst in one thread: {joint:F3} s for {design.Rounds} rounds with signatures, masks and sealing, {joint / design.Rounds * 1000:F1} ms a round");
        Report.Line(output, $"Newton in the clear over all rows: {clear / design.Rounds * 1000:F1} ms a round; ratio {joint / clear:F2}");
    }

    private static FittedModel Fit(HorizontalDesign design, List<OwnerRows> rows)
    {
        var (analyst, reply, hash) = (Ed25519Signer.Generate(), X25519KeyPair.Generate(), new string('a', 64));
        var signers = rows.Select(_ => Ed25519Signer.Generate()).ToList();
        var masks = rows.Select(_ => EphemeralKey.Generate()).ToList();
        var replyKey = reply.PublicKey.ToArray();
        string NameOf(int owner) => "did:web:h" + owner.ToString(CultureInfo.InvariantCulture);
        using var part = new HorizontalAnalyst(design, hash, "did:web:lab", analyst, reply, [.. signers.Select((s, i) => new OwnerLeg(NameOf(i), s.PublicKey))]);
        var roster = RandomNumberGenerator.GetBytes(32);
        var owners = rows.Select((own, i) => HorizontalOwner.Create(
            new OwnerMeans(NewGrant("benchmark", 0, new byte[32]), new HorizontalRun(hash, NameOf(i), "did:web:lab", design.Digest), signers[i], analyst.PublicKey, replyKey, masks[i], [.. masks.Select(m => m.PublicKey)], i, roster, null), design, own).Value).ToList();
        for (var moved = true; moved;)
        {
            moved = false;
            for (var i = 0; i < owners.Count; i++)
            {
                var leg = part.With(NameOf(i));
                if (leg.Next().Value is { } weights)
                    moved |= owners[i].Receive(weights).IsOk;
                if (owners[i].Next().Value is { } sums)
                    moved |= leg.Receive(sums.Payload).IsOk;
            }
        }
        return part.Result().Value;
    }

    private static double Plain(HorizontalDesign design, List<OwnerRows> rows, double[] weights)
    {
        var (gradient, hessian) = (new double[design.Width], new double[design.Width, design.Width]);
        foreach (var owner in rows)
        {
            for (var row = 0; row < owner.Count; row++)
            {
                var z = owner.Row(row);
                var eta = 0.0;
                for (var j = 0; j < z.Length; j++)
                    eta += z[j] * weights[j];
                var mean = Math.Exp(eta);
                for (var j = 0; j < z.Length; j++)
                {
                    gradient[j] += (owner.Labels[row] - mean) * z[j];
                    for (var k = j; k < z.Length; k++)
                        hessian[j, k] += mean * z[j] * z[k];
                }
            }
        }
        return gradient[0] + hessian[0, 0];
    }

    private static OwnerRows Read(HorizontalDesign design, string hospital)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "DataSpace.sln")))
            root = root.Parent;
        var file = Path.Combine(root?.FullName ?? "", "samples", "hospital-and-lab", hospital, "visits.csv");
        if (!File.Exists(file))
            throw new BenchmarkException("no " + file);
        var builder = new OwnerRows.Builder(design);
        foreach (var line in File.ReadLines(file).Skip(1))
        {
            var fields = line.Split(',');
            builder.Add(hasSubjects: true, fields[0], fields[1..]);
        }
        return builder.Build();
    }

    [System.Runtime.CompilerServices.UnsafeAccessor(System.Runtime.CompilerServices.UnsafeAccessorKind.Constructor)]
    private static extern GrantHandle NewGrant(string useId, long ledgerIndex, ReadOnlyMemory<byte> grantHash);

    private static double Median(Action action)
    {
        action();
        return Enumerable.Range(0, Repeats).Select(_ =>
        {
            var start = ThreadClock.Microseconds();
            action();
            return (ThreadClock.Microseconds() - start) / 1e3;
        }).Order().ElementAt(Repeats / 2);
    }
}
