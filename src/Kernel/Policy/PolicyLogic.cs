using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>A comparison, or its opposite.</summary>
internal readonly record struct Literal(OdrlComparison Comparison, bool Opposite);

/// <summary>
/// Brings the constraints of a rule into disjunctive normal form (ODRL Information Model 2.2, §2.5.2 logical constraints): a list of alternatives, each a list of
/// comparisons that must all hold. <c>xone</c> is "exactly one": the others must then definitely not hold.
/// </summary>
internal static class PolicyLogic
{
    /// <summary>Most alternatives of one rule.</summary>
    public const int MaxAlternatives = 256;

    private const int MaxLiterals = 1000;
    private const int MaxExclusive = 16;

    /// <summary>The alternatives; one empty alternative when there is no constraint.</summary>
    public static Result<List<List<Literal>>> Expand(IReadOnlyList<OdrlConstraint> constraints)
    {
        try
        {
            return All(constraints, opposite: false);
        }
        catch (TooManyException)
        {
            return PolicyErrors.TooLarge.Of($"more than {MaxAlternatives} alternatives in one rule");
        }
        catch (NotEnforcedException e)
        {
            return PolicyErrors.LogicNotEnforced.Of(e.Message);
        }
    }

    private static List<List<Literal>> Expand(OdrlConstraint constraint, bool opposite) => constraint switch
    {
        OdrlComparison comparison => [[new Literal(comparison, opposite)]],
        OdrlLogical { Operator: "and" } logical => opposite ? Any(logical.Operands, opposite) : All(logical.Operands, opposite),
        OdrlLogical { Operator: "or" } logical => opposite ? All(logical.Operands, opposite) : Any(logical.Operands, opposite),
        OdrlLogical { Operator: "xone" } logical => opposite ? NotExactlyOne(logical.Operands) : ExactlyOne(logical.Operands),
        OdrlLogical logical => throw new NotEnforcedException(logical.Operator),
        _ => throw new InvalidOperationException("A constraint of unknown type."),
    };

    private static List<List<Literal>> All(IReadOnlyList<OdrlConstraint> operands, bool opposite)
    {
        List<List<Literal>> product = [[]];
        foreach (var operand in operands)
            product = Product(product, Expand(operand, opposite));
        return product;
    }

    private static List<List<Literal>> Any(IReadOnlyList<OdrlConstraint> operands, bool opposite)
    {
        if (operands.Count > MaxAlternatives)
            throw new TooManyException();
        var union = new List<List<Literal>>();
        foreach (var operand in operands)
            Add(union, Expand(operand, opposite));
        return union;
    }

    private static List<List<Literal>> ExactlyOne(IReadOnlyList<OdrlConstraint> operands)
    {
        if (operands.Count > MaxExclusive)
            throw new TooManyException();
        var union = new List<List<Literal>>();
        for (var i = 0; i < operands.Count; i++)
        {
            List<List<Literal>> product = [[]];
            for (var j = 0; j < operands.Count; j++)
                product = Product(product, Expand(operands[j], opposite: j != i));
            Add(union, product);
        }
        return union;
    }

    private static List<List<Literal>> NotExactlyOne(IReadOnlyList<OdrlConstraint> operands)
    {
        if (operands.Count > MaxExclusive)
            throw new TooManyException();
        var union = All(operands, opposite: true);
        for (var i = 0; i < operands.Count; i++)
        {
            for (var j = i + 1; j < operands.Count; j++)
                Add(union, Product(Expand(operands[i], opposite: false), Expand(operands[j], opposite: false)));
        }
        return union;
    }

    private static List<List<Literal>> Product(List<List<Literal>> left, List<List<Literal>> right)
    {
        if ((long)left.Count * right.Count > MaxAlternatives)
            throw new TooManyException();
        var product = new List<List<Literal>>(left.Count * right.Count);
        foreach (var a in left)
        {
            foreach (var b in right)
            {
                if (a.Count + b.Count > MaxLiterals)
                    throw new TooManyException();
                product.Add([.. a, .. b]);
            }
        }
        return product;
    }

    private static void Add(List<List<Literal>> union, List<List<Literal>> more)
    {
        if (union.Count + more.Count > MaxAlternatives)
            throw new TooManyException();
        union.AddRange(more);
    }

    /// <summary>These two carry a refusal out of the recursion; they never leave this file.</summary>
    private sealed class TooManyException : Exception;

    private sealed class NotEnforcedException(string logic) : Exception(logic);
}
