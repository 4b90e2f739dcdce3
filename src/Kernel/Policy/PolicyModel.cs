namespace DataSpace.Kernel.Policy;

/// <summary>What kind of ODRL policy a document is.</summary>
public enum PolicyKind
{
    /// <summary>Offered to others; not yet anybody's right.</summary>
    Offer,

    /// <summary>Agreed between assigner and assignee.</summary>
    Agreement,
}

/// <summary>A policy as written: ODRL 2.2 (Information Model, §2) in the JSON profile of the Dataspace Protocol 2025-1. Not yet judged; see <see cref="PolicyCompiler"/>.</summary>
/// <param name="Kind">Offer or agreement.</param>
/// <param name="Id">The <c>@id</c>; may be null in a catalogue or template.</param>
/// <param name="Target">Dataset id; none inside a catalogue.</param>
/// <param name="Assigner">Provider's DID; required in an agreement.</param>
/// <param name="Assignee">Consumer's DID; required in an agreement.</param>
/// <param name="Timestamp">Time of agreement, RFC 3339.</param>
/// <param name="Permissions">What may be done.</param>
/// <param name="Prohibitions">What may not be done; overrides permissions.</param>
/// <param name="Obligations">What must be done for every use.</param>
public sealed record OdrlPolicy(
    PolicyKind Kind, string? Id, string? Target, string? Assigner, string? Assignee, string? Timestamp,
    IReadOnlyList<OdrlRule> Permissions, IReadOnlyList<OdrlRule> Prohibitions, IReadOnlyList<OdrlRule> Obligations);

/// <summary>A permission, prohibition or obligation.</summary>
/// <param name="Action">Action term, for example <c>use</c>.</param>
/// <param name="Constraints">All must hold.</param>
/// <param name="Duties">Duties of a permission.</param>
public sealed record OdrlRule(string Action, IReadOnlyList<OdrlConstraint> Constraints, IReadOnlyList<OdrlRule> Duties);

/// <summary>A condition of a rule.</summary>
public abstract record OdrlConstraint;

/// <summary>A comparison.</summary>
/// <param name="LeftOperand">Term, for example <c>purpose</c> or <c>dataspace:column</c>.</param>
/// <param name="Operator">Operator term, for example <c>isAnyOf</c>.</param>
/// <param name="RightOperand">One or more texts (the protocol has no JSON numbers or booleans here).</param>
/// <param name="IsList">Whether the right operand was written as an array.</param>
/// <param name="Unit">Unit of the value, for example <c>CNY</c>.</param>
public sealed record OdrlComparison(
    string LeftOperand, string Operator, IReadOnlyList<string> RightOperand, bool IsList, string? Unit) : OdrlConstraint;

/// <summary>A combination of conditions.</summary>
/// <param name="Operator"><c>and</c>, <c>or</c>, <c>xone</c> or <c>andSequence</c>.</param>
/// <param name="Operands">The parts.</param>
public sealed record OdrlLogical(string Operator, IReadOnlyList<OdrlConstraint> Operands) : OdrlConstraint;
