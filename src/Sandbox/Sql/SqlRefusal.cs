using DataSpace.Kernel.Results;

namespace DataSpace.Sandbox.Sql;

/// <summary>Unwinds the recursive check at the first refused node; caught in <see cref="StatementCheck.Check"/> and never seen outside.</summary>
internal sealed class SqlRefusal(DsError error) : Exception(error.Code)
{
    public DsError Error { get; } = error;
}
