using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>
/// Constraints both ways. A native translation is used only when the way back gives exactly the same; everything else travels inside the other vocabulary's
/// extension: ODRL in <c>expansionItem</c> as <c>{term, operator, value, unit}</c> or <c>{logic, operands}</c>, the standard in ODRL as <c>std:name</c>.
/// So nothing is lost whatever the tables say, and the engine refuses by name what only the standard has.
/// </summary>
internal static class ConstraintTranslation
{
    private const string RangeOperator = "09";

    public static ContractConstraint ToStandard(OdrlConstraint odrl)
    {
        if (NativeStandard(odrl) is { } native && NativeOdrl(native) is { } back && Same(back, odrl))
            return native;
        if (Unwrap(odrl) is { } wrapped && Same(ToOdrl(wrapped), odrl))
            return wrapped;
        return Carry(odrl);
    }

    public static OdrlConstraint ToOdrl(ContractConstraint standard)
    {
        if (NativeOdrl(standard) is { } native && ToStandard(native).SameAs(standard))
            return native;
        if (Carried(standard) is { } carried && !RuleTerms.IsReserved(carried) && ToStandard(carried).SameAs(standard))
            return carried;
        return new OdrlComparison(
            StandardCodes.Prefix + standard.Name, StandardCodes.OdrlOperator(standard.Operator)!, standard.Value, standard.IsList, null);
    }

    /// <summary>Whether both say the same in the same words and order.</summary>
    public static bool Same(OdrlConstraint a, OdrlConstraint b) => (a, b) switch
    {
        (OdrlComparison x, OdrlComparison y) => x.LeftOperand == y.LeftOperand && x.Operator == y.Operator && x.Unit == y.Unit && x.IsList == y.IsList
            && x.RightOperand.SequenceEqual(y.RightOperand, StringComparer.Ordinal),
        (OdrlLogical x, OdrlLogical y) => x.Operator == y.Operator && x.Operands.Count == y.Operands.Count && x.Operands.Zip(y.Operands).All(p => Same(p.First, p.Second)),
        _ => false,
    };

    private static OdrlConstraint? NativeOdrl(ContractConstraint standard)
    {
        if (StandardCodes.OdrlTerm(standard.Name) is not { } term || term.StartsWith(StandardCodes.Prefix, StringComparison.Ordinal))
            return null;
        if (standard.Name == "time" && standard.Value.Any(v => v.Contains('/', StringComparison.Ordinal)))
            return standard is { Operator: RangeOperator, IsList: false } ? Range(standard.Value[0].Split('/'), term) : null;
        var values = new List<string>(standard.Value.Count);
        string? unit = null;
        foreach (var value in standard.Value)
        {
            if (ConstraintValues.ToOdrl(standard.Name, value) is not { } odrl || (values.Count > 0 && odrl.Unit != unit))
                return null;
            values.Add(odrl.Value);
            unit = odrl.Unit;
        }
        return new OdrlComparison(term, StandardCodes.OdrlOperator(standard.Operator)!, values, standard.IsList, unit);
    }

    private static OdrlLogical Range(string[] ends, string term) => new("and",
    [
        new OdrlComparison(term, "gteq", [ConstraintValues.ToOdrl("time", ends[0])!.Value.Value], false, null),
        new OdrlComparison(term, "lteq", [ConstraintValues.ToOdrl("time", ends[1])!.Value.Value], false, null),
    ]);

    private static ContractConstraint? NativeStandard(OdrlConstraint odrl)
    {
        if (odrl is OdrlLogical { Operator: "and", Operands: [OdrlComparison { LeftOperand: "dateTime", RightOperand: [var from] }, OdrlComparison { RightOperand: [var until] }] })
            return ConstraintValues.FromOdrl("time", from, null) is { } a && ConstraintValues.FromOdrl("time", until, null) is { } b && !(a + b).Contains('/', StringComparison.Ordinal)
                ? new ContractConstraint("time", RangeOperator, [a + "/" + b], false) : null;
        if (odrl is not OdrlComparison comparison || StandardCodes.ConstraintName(comparison.LeftOperand) is not { } name
            || comparison.LeftOperand.StartsWith(StandardCodes.Prefix, StringComparison.Ordinal) || StandardCodes.OperatorCode(comparison.Operator) is not { } code
            || (name == "dataField" && code == "01" && comparison is { IsList: true, RightOperand.Count: 1 }))
            return null;
        var values = new List<string>(comparison.RightOperand.Count);
        foreach (var value in comparison.RightOperand)
        {
            if (ConstraintValues.FromOdrl(name, value, comparison.Unit) is not { } text)
                return null;
            values.Add(text);
        }
        return new ContractConstraint(name, code, values, comparison.IsList);
    }

    private static ContractConstraint? Unwrap(OdrlConstraint odrl)
    {
        if (odrl is not OdrlComparison { Unit: null } comparison || !comparison.LeftOperand.StartsWith(StandardCodes.Prefix, StringComparison.Ordinal)
            || StandardCodes.OperatorCode(comparison.Operator) is not { } code)
            return null;
        var name = comparison.LeftOperand[StandardCodes.Prefix.Length..];
        var fits = name == StandardCodes.Expansion
            ? comparison is { IsList: false } && CanonicalText.Parse(comparison.RightOperand[0]) is not null
            : StandardCodes.OdrlTerm(name) is not null && comparison.RightOperand.All(v => ConstraintValues.Canonical(name, v) == v)
              && !(name == "dataField" && code == "01" && comparison is { IsList: true, RightOperand.Count: 1 });
        return fits ? new ContractConstraint(name, code, comparison.RightOperand, comparison.IsList) : null;
    }

    private static ContractConstraint Carry(OdrlConstraint odrl)
    {
        var json = new JsonObject();
        var code = "01";
        if (odrl is OdrlLogical logical)
        {
            json["logic"] = logical.Operator;
            json["operands"] = new JsonArray([.. logical.Operands.Select(o => DigitalContractWriter.Constraint(ToStandard(o)))]);
        }
        else
        {
            var comparison = (OdrlComparison)odrl;
            code = StandardCodes.OperatorCode(comparison.Operator) ?? code;
            json["term"] = comparison.LeftOperand;
            json["operator"] = comparison.Operator;
            json["value"] = comparison.IsList
                ? new JsonArray([.. comparison.RightOperand.Select(v => (JsonNode)v)]) : JsonValue.Create(comparison.RightOperand[0]);
            if (comparison.Unit is { } unit)
                json["unit"] = unit;
        }
        var text = Encoding.UTF8.GetString(CanonicalJson.FromElement(JsonSerializer.SerializeToElement(json)).Value);
        return new ContractConstraint(StandardCodes.Expansion, code, [text], false);
    }

    private static OdrlConstraint? Carried(ContractConstraint standard)
    {
        if (standard.Name != StandardCodes.Expansion || CanonicalText.Parse(standard.Value[0]) is not { ValueKind: JsonValueKind.Object } json)
            return null;
        try
        {
            var members = new ContractJson(json, "expansionItem");
            if (members.Text(16, "logic") is { } logic)
            {
                var operands = members.Items(PolicyReader.MaxValues, "operands").Select(o => ToOdrl(ContractParts.Constraint(o, "operands"))).ToList();
                members.End();
                return operands.Count > 0 ? new OdrlLogical(logic, operands) : null;
            }
            return Comparison(members);
        }
        catch (ContractRefusedException)
        {
            return null; // somebody else's extension
        }
    }

    private static OdrlComparison? Comparison(ContractJson members)
    {
        var (term, op, value, unit) = (members.Take("term"), members.Take("operator"), members.Take("value"), members.Take("unit"));
        members.End();
        if (term is not { ValueKind: JsonValueKind.String } || op is not { ValueKind: JsonValueKind.String } || value is not { } right
            || (unit is { } u && u.ValueKind != JsonValueKind.String))
            return null;
        var isList = right.ValueKind == JsonValueKind.Array;
        JsonElement[] values = isList ? [.. right.EnumerateArray()] : [right];
        return values.Length > 0 && values.All(v => v.ValueKind == JsonValueKind.String)
            ? new OdrlComparison(term.Value.GetString()!, op.Value.GetString()!, [.. values.Select(v => v.GetString()!)], isList, unit?.GetString()) : null;
    }
}
