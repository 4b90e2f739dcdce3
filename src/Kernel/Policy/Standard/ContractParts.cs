using System.Text.Json;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>Actions, constraints and extensions of a policy, from JSON.</summary>
internal static class ContractParts
{
    private const int MaxDuties = 100;

    /// <summary>A code of table C.5, or <c>{"expansionItem": …}</c>.</summary>
    public static ContractAction Action(JsonElement json, string where)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            var members = new ContractJson(json, where);
            var expansion = members.Take(StandardCodes.Expansion) ?? throw ContractRefusedException.Of(StandardErrors.MissingField, where + ".expansionItem");
            members.End();
            return new ContractAction(StandardCodes.Expansion, ContractJson.Canonical(expansion, DigitalContractReader.MaxInlineChars - 32, where));
        }
        var code = ContractJson.Limited(json, 64, where);
        code = StandardCodes.Respelt.GetValueOrDefault(code, code);
        return StandardCodes.OdrlAction(code) is not null
            ? new ContractAction(code, null)
            : throw ContractRefusedException.Of(StandardErrors.UnknownCode, where + " " + PolicyReader.Show(code));
    }

    /// <summary>Name, operator and value.</summary>
    public static ContractConstraint Constraint(JsonElement json, string where)
    {
        var members = new ContractJson(json, where);
        var name = members.Required(64, "constraintName");
        var op = members.Required(4, "constraintOperator");
        var value = members.Take("constraintValue") ?? throw ContractRefusedException.Of(StandardErrors.MissingField, where + ".constraintValue");
        members.End();
        name = StandardCodes.Respelt.GetValueOrDefault(name, name);
        if (StandardCodes.OdrlOperator(op) is null)
            throw ContractRefusedException.Of(StandardErrors.UnknownCode, where + ".constraintOperator " + PolicyReader.Show(op));
        if (name == StandardCodes.Expansion)
            return new ContractConstraint(name, op, [ContractJson.Canonical(value, PolicyReader.MaxBytes, where)], false);
        if (StandardCodes.OdrlTerm(name) is null)
            throw ContractRefusedException.Of(StandardErrors.UnknownCode, where + ".constraintName " + PolicyReader.Show(name));
        if (value.ValueKind != JsonValueKind.Array)
            return new ContractConstraint(name, op, [Value(value, name, where)], false);
        if (value.GetArrayLength() is 0 or > DigitalContractReader.MaxValues)
            throw ContractRefusedException.Of(value.GetArrayLength() == 0 ? StandardErrors.BadField : StandardErrors.TooLarge, where + ".constraintValue");
        var values = value.EnumerateArray().Select(v => Value(v, name, where)).ToList();
        // The dictionary types dataField as an array even where its operator compares with one column.
        return new ContractConstraint(name, op, values, IsList: !(name == "dataField" && op == "01" && values.Count == 1));
    }

    /// <summary>The extension: a text, or lists of duties by kind of policy.</summary>
    public static PolicyExtension Extension(JsonElement json, ContractPolicyKind kind, string where)
    {
        if (json.ValueKind == JsonValueKind.String)
            return PolicyExtension.None with { Text = ContractJson.Limited(json, PolicyReader.MaxTextChars, where) };
        var members = new ContractJson(json, where);
        var extension = new PolicyExtension(
            kind == ContractPolicyKind.Permission ? Duties(members, "preDuties", where) : [], kind == ContractPolicyKind.Permission ? Duties(members, "duties", where) : [],
            kind == ContractPolicyKind.Prohibition ? Duties(members, "remedies", where) : [],
            kind == ContractPolicyKind.Obligation ? Duties(members, "breachDuties", where) : [], members.Text(PolicyReader.MaxTextChars, "text"));
        members.End();
        return extension;
    }

    /// <summary>A duty alone, as a remedy or breach duty stands in an ODRL text.</summary>
    public static Result<ContractDuty> Duty(JsonElement json)
    {
        try
        {
            return Duty(json, "duty");
        }
        catch (ContractRefusedException refused)
        {
            return refused.Error;
        }
    }

    private static List<ContractDuty> Duties(ContractJson members, string name, string where)
        => [.. members.Items(MaxDuties, name).Select((d, i) => Duty(d, $"{where}.{name}[{i}]"))];

    private static ContractDuty Duty(JsonElement json, string where)
    {
        var members = new ContractJson(json, where);
        var action = Action(members.Take("action") ?? throw ContractRefusedException.Of(StandardErrors.MissingField, where + ".action"), where + ".action");
        var constraints = members.Items(DigitalContractReader.MaxConstraints, "constraints").Select((c, i) => Constraint(c, $"{where}.constraints[{i}]")).ToList();
        var consequences = Duties(members, "consequences", where);
        members.End();
        return new ContractDuty(action, constraints, consequences);
    }

    private static string Value(JsonElement json, string name, string where)
    {
        var text = json.ValueKind == JsonValueKind.Number ? json.GetRawText() : ContractJson.Limited(json, PolicyReader.MaxTextChars, where + ".constraintValue");
        return ConstraintValues.Canonical(name, text)
            ?? throw ContractRefusedException.Of(StandardErrors.BadField, $"{where}: {name} {PolicyReader.Show(text)}");
    }
}
