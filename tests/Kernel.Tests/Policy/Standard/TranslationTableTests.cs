using System.Text.Json.Nodes;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Standard;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Standard.Contracts;

namespace DataSpace.Kernel.Tests.Policy.Standard;

/// <summary>Every action, constraint name, operator and value code of the standard, each through ODRL and back.</summary>
public class TranslationTableTests
{
    public static TheoryData<string> Actions() => [.. StandardCodes.Actions.Select(a => a.Code)];

    public static TheoryData<string> Operators() => [.. StandardCodes.Operators.Select(o => o.Code)];

    [Fact]
    public void The_tables_are_the_standards()
    {
        Assert.Equal(20, StandardCodes.Actions.Select(a => a.Code).Distinct().Count());
        Assert.Equal(20, StandardCodes.Actions.Select(a => a.Odrl).Distinct().Count());
        Assert.Equal(18, StandardCodes.Constraints.Select(c => c.Name).Distinct().Count());
        Assert.Equal(18, StandardCodes.Constraints.Select(c => c.Odrl).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 12).Select(i => i.ToString("00", null)), StandardCodes.Operators.Select(o => o.Code));
    }

    [Theory]
    [MemberData(nameof(Actions))]
    public void Every_action_goes_through_ODRL_and_back(string code)
    {
        foreach (var kind in new[] { "permissionPolicies", "prohibitionPolicies", "obligationPolicies" })
        {
            var contract = Read(Draft(new JsonObject { [kind] = new JsonArray(Contracts.Policy([code])) })).Value;
            Assert.Equal(Text(contract), Text(RoundTrip(contract)));
            var policy = ContractTranslation.ToOdrl(contract).Value.Policy;
            Assert.Equal(StandardCodes.OdrlAction(code), Assert.Single(policy.Permissions.Concat(policy.Prohibitions).Concat(policy.Obligations)).Action);
        }
    }

    [Theory]
    [InlineData("compute", "dataspace:compute")]
    [InlineData("delivery", "dataspace:delivery")]
    [InlineData("logRecordSend", "dataspace:logRecordSend")]
    [InlineData("compensate", "compensate")]
    [InlineData("plicyTransmit", "std:plicyTransmit")]
    [InlineData("alert", "std:alert")]
    [InlineData("sell", "sell")]
    [InlineData("storage", "dataspace:storage")]
    [InlineData("download", "std:download")]
    public void Actions_have_these_ODRL_words(string code, string odrl) => Assert.Equal(odrl, StandardCodes.OdrlAction(code));

    [Theory]
    [MemberData(nameof(Operators))]
    public void Every_operator_goes_through_ODRL_and_back(string code)
    {
        var odrl = Assert.IsType<OdrlComparison>(Translated(Constraint("algorithm", code, "secure-aggregation/1")));
        Assert.Equal(StandardCodes.OdrlOperator(code), odrl.Operator);
    }

    [Theory]
    [InlineData("time", "10", "20270101000000", "dateTime", "2027-01-01T00:00:00Z")]
    [InlineData("time", "03", "2026-01-01T00:00:00Z", "dateTime", "2026-01-01T00:00:00Z")]
    [InlineData("time", "11", "2026-01-01T00:00:00+08:00", "dateTime", "2026-01-01T00:00:00+08:00")]
    [InlineData("timeWindow", "11", "P30D", "elapsedTime", "P30D")]
    [InlineData("region", "09", "310000", "dataspace:executionRegion", "CN-310000")]
    [InlineData("region", "01", "CN", "dataspace:executionRegion", "CN")]
    [InlineData("networkAddress", "01", "node.example", "dataspace:networkAddress", "node.example")]
    [InlineData("physicalAddress", "01", "00-11-22-33", "std:physicalAddress", "00-11-22-33")]
    [InlineData("count", "11", "20", "count", "20")]
    [InlineData("frequency", "11", "10/PT1M", "dataspace:frequency", "10/PT1M")]
    [InlineData("frequency", "11", "10000 次/天", "dataspace:frequency", "10000/P1D")]
    [InlineData("frequency", "11", "3次/小时", "dataspace:frequency", "3/PT1H")]
    [InlineData("frequency", "11", "3", "std:frequency", "3")]
    [InlineData("dataSize", "11", "1048576", "dataspace:outputBytes", "1048576")]
    [InlineData("dataSize", "11", "10G", "dataspace:outputBytes", "10000000000")]
    [InlineData("dataSize", "11", "10GiB", "dataspace:outputBytes", "10737418240")]
    [InlineData("dateRecord", "11", "100", "dataspace:maxRows", "100")]
    [InlineData("dataRecord", "11", "100", "dataspace:maxRows", "100")]
    [InlineData("valueExpression", "06", "year >= 2020", "dataspace:rowFilter", "year gteq 2020")]
    [InlineData("valueExpression", "06", "city eq 上海", "dataspace:rowFilter", "city eq 上海")]
    [InlineData("application", "01", "bi-tool", "std:application", "bi-tool")]
    [InlineData("algorithm", "01", "secure-aggregation/1", "dataspace:algorithm", "secure-aggregation/1")]
    [InlineData("machineLearningModels", "01", "logit", "std:machineLearningModels", "logit")]
    [InlineData("executionEnv", "01", "01", "dataspace:executionEnv", "usage-control")]
    [InlineData("executionEnv", "01", "02", "dataspace:executionEnv", "sandbox")]
    [InlineData("executionEnv", "01", "03", "dataspace:executionEnv", "mpc")]
    [InlineData("executionEnv", "01", "04", "dataspace:executionEnv", "federated-learning")]
    [InlineData("executionEnv", "01", "05", "dataspace:executionEnv", "tee")]
    [InlineData("executionEnv", "01", "06", "dataspace:executionEnv", "confidential-computing")]
    [InlineData("executionEnv", "01", "07", "dataspace:executionEnv", "other")]
    [InlineData("encryptMode", "01", "01", "dataspace:encryptMode", "plaintext")]
    [InlineData("encryptMode", "01", "02", "dataspace:encryptMode", "ciphertext")]
    [InlineData("encryptMode", "01", "03", "dataspace:encryptMode", "other")]
    [InlineData("deliveryMethod", "01", "01", "dataspace:deliveryMethod", "file")]
    [InlineData("deliveryMethod", "01", "02", "dataspace:deliveryMethod", "stream")]
    [InlineData("deliveryMethod", "01", "03", "dataspace:deliveryMethod", "api")]
    [InlineData("deliveryMethod", "01", "04", "dataspace:deliveryMethod", "other")]
    [InlineData("payAmount", "01", "一百元", "std:payAmount", "一百元")]
    public void Every_constraint_goes_through_ODRL_and_back(string name, string op, string value, string left, string right)
    {
        var odrl = Assert.IsType<OdrlComparison>(Translated(Constraint(name, op, value)));
        Assert.Equal((left, right), (odrl.LeftOperand, Assert.Single(odrl.RightOperand)));
        Assert.Equal(StandardCodes.OdrlOperator(op), odrl.Operator);
        Assert.Null(odrl.Unit);
    }

    [Fact]
    public void A_price_has_its_currency_as_unit()
    {
        var odrl = Assert.IsType<OdrlComparison>(Translated(Constraint("payAmount", "01", "100.00 CNY")));
        Assert.Equal(("payAmount", "eq", "100.00", "CNY"), (odrl.LeftOperand, odrl.Operator, odrl.RightOperand[0], odrl.Unit));
    }

    [Fact]
    public void Columns_are_a_list()
    {
        var odrl = Assert.IsType<OdrlComparison>(Translated(Constraint("dataField", "07", new JsonArray("year", "invest"))));
        Assert.Equal(("dataspace:column", "isAnyOf", true), (odrl.LeftOperand, odrl.Operator, odrl.IsList));
        Assert.Equal(["year", "invest"], odrl.RightOperand);
    }

    [Fact]
    public void A_range_of_time_is_two_bounds()
    {
        var odrl = Assert.IsType<OdrlLogical>(Translated(Constraint("time", "09", "20260101000000/2026-12-31T23:59:59Z")));
        Assert.Equal("and", odrl.Operator);
        Assert.Equal(["gteq 2026-01-01T00:00:00Z", "lteq 2026-12-31T23:59:59Z"], odrl.Operands.Cast<OdrlComparison>().Select(c => c.Operator + " " + c.RightOperand[0]));
    }

    [Fact]
    public void Somebody_elses_extension_comes_back_and_is_refused_by_the_engine()
    {
        var odrl = Assert.IsType<OdrlComparison>(Translated(Constraint("expansionItem", "01", new JsonObject { ["水印"] = true, ["b"] = new JsonArray(1, 2) })));
        Assert.Equal("std:expansionItem", odrl.LeftOperand);
        Assert.Equal("""{"b":[1,2],"水印":true}""", odrl.RightOperand[0]);
    }

    [Theory]
    [InlineData("physicalAddress", "00-11")]
    [InlineData("application", "bi-tool")]
    [InlineData("machineLearningModels", "logit")]
    [InlineData("frequency", "3")]
    public void What_only_the_standard_has_is_refused_by_name(string name, string value)
    {
        var agreement = Policies.Agreement();
        var odrl = (OdrlComparison)Translated(Constraint(name, "01", value));
        agreement["permission"]![0]!["constraint"]!.AsArray().Add((JsonNode)Policies.Constraint(odrl.LeftOperand, odrl.Operator, odrl.RightOperand[0]));
        var error = PolicyCompiler.Compile(Policies.Element(agreement)).Error;
        Assert.Equal(PolicyErrors.UnknownTerm, error?.Kind);
        Assert.Contains("std:" + name, error!.Detail, StringComparison.Ordinal);
    }
}
