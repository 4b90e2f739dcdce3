using DataSpace.Kernel.Policy.Standard;
using Xunit;

namespace DataSpace.Kernel.Tests.Policy.Standard;

public class ContractIdTests
{
    [Theory]
    [InlineData("491000000MA0DEMA005110100000001*")]
    [InlineData("591000000MA0DEMA005110100000002C")]
    [InlineData("691000000MA0DEMA005110100000003P")]
    [InlineData("791000000MA0DEMA0051101000000041")]
    [InlineData("491000000MA0DEMA005003600000005M")]
    [InlineData(Contracts.Id)]
    public void The_check_character_of_every_example_holds(string id)
    {
        Assert.True(StandardIdentifier.IsValid(id));
        Assert.Equal(id[^1], StandardIdentifier.CheckCharacter(id.AsSpan(0, id.Length - 1)));
    }

    [Fact]
    public void The_parts_of_a_contract_id()
    {
        var id = ContractId.Parse(Contracts.Id).Value;
        Assert.Equal(new ContractId('C', '4', "91000000MA0DEMA005", "1101", "20251122153000", "0000000A"), id);
        Assert.Equal(Contracts.Id, id.ToString());
    }

    [Fact]
    public void Every_single_change_is_caught()
    {
        for (var i = 0; i < 46; i++)
        {
            foreach (var c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            {
                if (c != Contracts.Id[i])
                    Assert.Equal(StandardErrors.BadIdentifier, ContractId.Parse(Contracts.Id[..i] + c + Contracts.Id[(i + 1)..]).Error?.Kind);
            }
        }
    }

    [Fact]
    public void Every_adjacent_swap_is_caught()
    {
        for (var i = 0; i < 46; i++)
        {
            var turned = Contracts.Id.ToCharArray();
            (turned[i], turned[i + 1]) = (turned[i + 1], turned[i]);
            if (turned[i] != turned[i + 1])
                Assert.False(ContractId.Parse(new string(turned)).IsOk, new string(turned));
        }
    }

    [Theory]
    [InlineData("1491000000MA0DEMA0051101202511221530000000000A", "type")]
    [InlineData("C591000000MA0DEMA0051101202511221530000000000A", "node type")]
    [InlineData("C491000000MA0DEMA00511A1202511221530000000000A", "region or industry")]
    [InlineData("C491000000MA0DEMA0051101202513221530000000000A", "time")]
    public void A_wrong_part_is_refused_even_with_a_right_check_character(string body, string part)
    {
        var refused = ContractId.Parse(body + StandardIdentifier.CheckCharacter(body));
        Assert.EndsWith(part, refused.Error!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void What_36_places_apart_swaps_is_left_to_the_other_checks()
    {
        // Documented limit of MOD 37-2: the weights repeat. Place 1 and place 37 of this id hold other kinds of characters, so its fields catch it.
        var turned = Contracts.Id.ToCharArray();
        (turned[0], turned[36]) = (turned[36], turned[0]);
        Assert.True(StandardIdentifier.IsValid(turned));
        Assert.Equal(StandardErrors.BadIdentifier, ContractId.Parse(new string(turned)).Error?.Kind);
    }
}
