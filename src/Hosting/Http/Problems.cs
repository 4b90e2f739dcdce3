using DataSpace.Kernel.Results;
using Microsoft.AspNetCore.Http;

namespace DataSpace.Hosting.Http;

/// <summary>Maps <see cref="DsError"/> to RFC 9457 problem details with stable code and Chinese texts.</summary>
public static class Problems
{
    /// <summary>An HTTP result for an expected failure.</summary>
    public static IResult ToProblem(this DsError error) => error.ToProblem([]);

    /// <summary>The same with more members.</summary>
    public static IResult ToProblem(this DsError error, IEnumerable<KeyValuePair<string, object?>> more) => Results.Problem(
        detail: error.Detail,
        statusCode: error.Kind.Status,
        title: error.Kind.Title,
        type: "urn:dataspace:error:" + error.Code,
        extensions: new Dictionary<string, object?>(more)
        {
            ["code"] = error.Code,
            ["titleZh"] = error.Kind.TitleZh,
            ["advice"] = error.Kind.Advice,
            ["adviceZh"] = error.Kind.AdviceZh,
        });

    /// <summary>200 with the value, or the problem.</summary>
    public static IResult ToHttp<T>(this Result<T> result, int status = StatusCodes.Status200OK)
        => result.TryGet(out var value, out var error) ? Results.Json(value, Protocol.Jobs.JobJson.Options, statusCode: status) : error.ToProblem();
}
