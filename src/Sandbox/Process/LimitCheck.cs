using System.ComponentModel.DataAnnotations;
using System.Reflection;
using DataSpace.Kernel.Results;

namespace DataSpace.Sandbox.Process;

/// <summary>Checks the ranges written at <see cref="SandboxLimits"/>.</summary>
internal static class LimitCheck
{
    public static DsError? Check(SandboxLimits limits)
    {
        foreach (var property in typeof(SandboxLimits).GetProperties())
        {
            if (property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(property.GetValue(limits)))
                return SandboxErrors.LimitsInvalid.Of(property.Name);
        }

        return null;
    }
}
